import { CheckCircleFilled, CloseCircleFilled } from "@ant-design/icons";
import { Alert, Button, Card, Segmented, Skeleton, theme } from "antd";
import { type CSSProperties, useState } from "react";
import type { Schemas } from "@/api/client";
import { useTranslation } from "@/i18n";
import { useLanguage } from "@/i18n/useText";
import { Sentences } from "@/pages/district/policies/Sentences";
import { Muted } from "@/ui/Muted";

interface Props {
  check: Schemas["PolicyCheck"] | undefined;
  pending: boolean;
}

/** What is wrong with the text, each with the place that it can be looked at. */
export function Problems({ check, pending, onPlace }: Props & { onPlace: (line: number, column: number) => void }) {
  const { t } = useTranslation("laboratory");
  if (!check || check.problems.length === 0) return null;
  return (
    <Alert
      type="error"
      showIcon
      aria-busy={pending}
      title={t("draft.problems", { count: check.problems.length })}
      description={
        <ol style={{ paddingInlineStart: 0, margin: 0, listStyle: "none", display: "grid", gap: 8 }}>
          {check.problems.map((problem) => (
            <li key={`${problem.line} ${problem.path} ${problem.code}`}>
              <Button type="link" size="small" style={{ padding: 0 }} onClick={() => onPlace(problem.line, problem.column)}>
                {t("draft.line", { line: problem.line, column: problem.column })}
              </Button>{" "}
              <code>{problem.path}</code> {problem.message}
              {problem.help && (
                <Muted block style={{ margin: 0 }}>
                  {problem.help}
                </Muted>
              )}
            </li>
          ))}
        </ol>
      }
    />
  );
}

/** What the cases of a sound text give. */
export function Soundness({ check }: Props) {
  const { t } = useTranslation("laboratory");
  const { token } = theme.useToken();
  if (!check || check.problems.length > 0) return null;
  return (
    <Card size="small" title={<h2 style={{ margin: 0, fontSize: 16 }}>{t("draft.cases", { count: check.cases })}</h2>} extra={check.ok && t("draft.sound")}>
      {check.case_results.length === 0 && <Muted>{t("draft.casesNone")}</Muted>}
      <ul style={{ listStyle: "none", margin: 0, padding: 0, display: "grid", gap: 8 }}>
        {check.case_results.map((one) => (
          <li key={one.name}>
            {one.holds ? (
              <CheckCircleFilled aria-label={t("draft.holds")} style={{ color: token.colorSuccess }} />
            ) : (
              <CloseCircleFilled aria-label={t("draft.fails")} style={{ color: token.colorError }} />
            )}{" "}
            {one.name} <Muted style={{ fontSize: 13 }}>{t("draft.caseRecords", { count: one.records })}</Muted>
            {one.differences.map((difference) => (
              <div key={difference} style={{ paddingInlineStart: 20 }}>
                {difference}
              </div>
            ))}
          </li>
        ))}
      </ul>
    </Card>
  );
}

/** The rules of the text in sentences, in either language. */
export function InWords({ check, pending, style }: Props & { style: CSSProperties }) {
  const { t } = useTranslation("laboratory");
  const { lang } = useLanguage();
  const [words, setWords] = useState<"zh" | "en">(lang);
  if (!check) return pending ? <Skeleton active paragraph={{ rows: 10 }} /> : null;
  const sentences = words === "zh" ? check.sentences_zh : check.sentences_en;
  if (sentences.length === 0) return null;
  return (
    <Card
      size="small"
      aria-busy={pending}
      style={style}
      title={<h2 style={{ margin: 0, fontSize: 16 }}>{t("draft.sentences")}</h2>}
      extra={
        <Segmented
          size="small"
          aria-label={t("draft.sentences")}
          value={words}
          onChange={setWords}
          options={[
            { value: "zh", label: t("draft.zh") },
            { value: "en", label: t("draft.en") },
          ]}
        />
      }
    >
      <div lang={words === "zh" ? "zh-CN" : "en"}>
        <Sentences lines={sentences} />
      </div>
    </Card>
  );
}
