import { Button } from "antd";
import { lazy, Suspense } from "react";
import { useTranslation } from "@/i18n";
import type { FieldError } from "@/api/problem";
import { isProblem } from "@/api/problem";
import { useProblemText } from "./problems";

// Nothing goes wrong on most visits.
const Alert = lazy(() => import("antd/es/alert"));

interface Props {
  error: unknown;
  /** Field errors that no field of the form shows; all of them if not given. */
  rest?: readonly FieldError[];
  retry?: () => void;
}

/** What went wrong, in words, with a way on. Shows nothing when nothing did. */
export function ProblemAlert({ error, rest, retry }: Props) {
  const { t } = useTranslation();
  const say = useProblemText();
  if (error === null || error === undefined) return null;
  const problem = isProblem(error) ? error : undefined;
  const fields = rest ?? problem?.errors ?? [];
  return (
    <Suspense>
    <Alert
      role="alert"
      type="error"
      showIcon
      style={{ marginBottom: 16 }}
      title={say.whole(error)}
      description={
        <>
          {fields.length > 0 && (
            <ul style={{ margin: 0, paddingInlineStart: 20 }}>
              {fields.slice(0, 20).map((field) => (
                <li key={`${field.field}-${field.code}-${field.row ?? ""}`}>
                  <code>{field.column ?? field.field}</code> {say.field(field)}
                </li>
              ))}
            </ul>
          )}
          {problem !== undefined && problem.status >= 500 && problem.instance !== "" && (
            <small>{t("problem.instance", { id: problem.instance })}</small>
          )}
        </>
      }
      action={
        retry && (
          <Button size="small" onClick={retry}>
            {t("action.retry")}
          </Button>
        )
      }
    />
    </Suspense>
  );
}
