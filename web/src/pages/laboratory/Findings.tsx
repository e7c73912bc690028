import { CheckCircleFilled, CloseCircleFilled } from "@ant-design/icons";
import { Alert, Button, Card, Flex, Segmented, Skeleton, theme } from "antd";
import { useState } from "react";
import type { Schemas } from "@/api/client";
import { useTranslation } from "@/i18n";
import { useLanguage } from "@/i18n/useText";
import { Sentences } from "@/pages/district/policies/Sentences";
import { Muted } from "@/ui/Muted";

interface Props {
  check: Schemas["PolicyCheck"] | undefined;
  pending: boolean;
  lines: Set<number>;
  onLine: (line: number) => void;
}

/** What the text says, beside it: its problems with their lines, what its cases give, its rules in words. */
export function Findings({ check, pending, onLine }: Props) {
  const { t } = useTranslation("laboratory");
  const { lang } = useLanguage();
  const { token } = theme.useToken();
  const [words, setWords] = useState<"zh" | "en">(lang);
  if (!check) return pending ? <Skeleton active paragraph={{ rows: 10 }} /> : null;
  const sentences = words === "zh" ? check.sentences_zh : check.sentences_en;
  return (
    <Flex vertical gap={16} style={{ minWidth: 0 }} aria-busy={pending}>
      {check.problems.length > 0 ? (
        <Alert
          type="error"
          showIcon
          title={t("draft.problems", { count: check.problems.length })}
          description={
            <ol style={{ paddingInlineStart: 0, margin: 0, listStyle: "none", display: "grid", gap: 8 }}>
              {check.problems.map((problem) => (
                <li key={`${problem.line} ${problem.path} ${problem.code}`}>
                  <Button type="link" size="small" style={{ padding: 0 }} onClick={() => onLine(problem.line)}>
                    {t("draft.line", { line: problem.line })}
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
      ) : (
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
      )}
      {sentences.length > 0 && (
        <Card
          size="small"
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
      )}
    </Flex>
  );
}
