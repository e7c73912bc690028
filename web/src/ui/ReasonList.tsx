import { Tag, Typography } from "antd";
import { useTranslation } from "@/i18n";
import type { Schemas } from "@/api/client";
import { Credit } from "./Credit";
import { StatusTag } from "./StatusTag";

/** Reasons in words. They come in the language that was asked for: give the query `lang` from `useLanguage()`. */
export function ReasonList({ reasons }: { reasons: readonly Schemas["ReasonView"][] }) {
  const { t } = useTranslation();
  if (reasons.length === 0) return <Typography.Text type="secondary">{t("reason.none")}</Typography.Text>;
  const [only] = reasons;
  if (only && reasons.length === 1) return <span data-code={only.code}>{only.text}</span>;
  return (
    <ul style={{ margin: 0, paddingInlineStart: 18 }}>
      {reasons.map((reason) => (
        <li key={`${reason.code}-${reason.text}`} data-code={reason.code}>
          {reason.text}
        </li>
      ))}
    </ul>
  );
}

/** What became of one record: counted as how much, and what it was before the limits where they cut it. */
export function LineOutcome({ line }: { line: Schemas["LineView"] }) {
  const { t } = useTranslation();
  return (
    <span style={{ display: "inline-flex", gap: 6, flexWrap: "wrap", alignItems: "center" }}>
      <strong>
        <Credit value={line.counted} />
      </strong>
      {line.raw !== line.counted && (
        <Typography.Text type="secondary">
          <s>
            <Credit value={line.raw} />
          </s>
        </Typography.Text>
      )}
      <StatusTag of="line" state={line.status} />
      {line.flagged && <Tag color="warning">{t("reason.flagged")}</Tag>}
    </span>
  );
}
