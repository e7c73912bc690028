import { Alert } from "antd";
import { useTranslation } from "@/i18n";
import type { ProblemError } from "@/api/problem";
import { useText } from "@/i18n/useText";
import { useColumnName, useRefusal } from "./words";

/** Why a whole file was refused, such as for columns that are missing. */
export function RefusedFile({ error }: { error: ProblemError }) {
  const { t } = useTranslation("school");
  const text = useText();
  const column = useColumnName();
  const refusal = useRefusal();
  return (
    <Alert
      role="alert"
      type="error"
      showIcon
      style={{ marginBottom: 16 }}
      title={text(`school:fileProblem.${error.code}`, {}, t("fileProblem.other"))}
      description={
        <ul style={{ margin: 0, paddingInlineStart: 20 }}>
          {error.errors.slice(0, 20).map((wrong) => (
            <li key={`${wrong.field} ${wrong.code} ${wrong.row ?? ""}`}>
              {wrong.row !== null && wrong.row !== undefined && `${t("import.rowNo", { row: wrong.row })} `}
              <strong>{column(wrong.column ?? wrong.field)}</strong> {refusal(wrong)}
            </li>
          ))}
        </ul>
      }
    />
  );
}
