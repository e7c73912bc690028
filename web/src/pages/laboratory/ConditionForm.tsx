import { DeleteOutlined } from "@ant-design/icons";
import { Select } from "antd";
import { useId } from "react";
import { useTranslation } from "@/i18n";
import { useText } from "@/i18n/useText";
import { Muted } from "@/ui/Muted";
import { AFTER_RULES, type Asked, FIELDS, type Line, linesOf, withLine, withoutLine } from "./conditions";
import { Act } from "./PartList";
import type { Way } from "./spans";
import { Kept } from "./ValueField";

interface Props {
  text: string;
  onChange: (text: string) => void;
  disabled: boolean;
  way: Way;
  title: string;
  /** What it says where nothing is asked. */
  none: string;
  /** Whether rules have given their word already. */
  priced?: boolean;
}

/** Which records are meant: fields with words, spans, or yes and no. Conditions of other sorts are shown as written. */
export function ConditionForm({ text, onChange, disabled, way, title, none, priced }: Props) {
  const { t } = useTranslation("laboratory");
  const words = useText();
  const id = useId();
  const lines = linesOf(text, way);
  const called = (field: string) => words(`laboratory:draft.field.${field}`, {}, field);
  const left = Object.keys(FIELDS).filter((field) => !lines.some((line) => line.field === field) && (priced || !AFTER_RULES.has(field)));
  const first: Record<string, Asked> = { words: { words: ["new"] }, span: { from: "1", to: "" }, flag: { flag: true } };
  const begun = (field: string): Asked => (field === "date" ? { from: "2026-09-01", to: "" } : (first[FIELDS[field] ?? "words"] ?? { flag: true }));
  return (
    <div role="group" aria-labelledby={id} style={{ display: "grid", gap: 6 }}>
      <span id={id}>
        {title} {lines.length === 0 && <Muted>{none}</Muted>}
      </span>
      {lines.map((line) => (
        <div key={line.field} style={{ display: "grid", gridTemplateColumns: "minmax(80px, 130px) minmax(0, 1fr) auto", gap: 8, alignItems: "center" }}>
          <span style={{ overflowWrap: "anywhere" }}>{called(line.field)}</span>
          {line.asked ? (
            <AskedField name={called(line.field)} asked={line.asked} numeric={line.field !== "date"} disabled={disabled} onChange={(asked) => onChange(withLine(text, way, line.field, asked))} />
          ) : (
            <Written line={line} />
          )}
          {!disabled && <Act icon={<DeleteOutlined />} says={t("draft.remove", { name: called(line.field) })} onClick={() => onChange(withoutLine(text, way, line.field))} />}
        </div>
      ))}
      {!disabled && (
        <Select
          size="small"
          aria-label={`${title} ${t("draft.add.condition")}`}
          placeholder={t("draft.add.condition")}
          value={null}
          style={{ maxWidth: 220 }}
          showSearch={{ optionFilterProp: "label" }}
          options={left.map((field) => ({ value: field, label: called(field) }))}
          onChange={(field: string | null) => field && onChange(withLine(text, way, field, begun(field)))}
        />
      )}
    </div>
  );
}

function Written({ line }: { line: Line }) {
  const { t } = useTranslation("laboratory");
  return (
    <span style={{ minWidth: 0, overflowWrap: "anywhere" }}>
      <code>{line.text}</code> <Muted style={{ fontSize: 13 }}>{t("draft.inText")}</Muted>
    </span>
  );
}

function AskedField({ name, asked, numeric, disabled, onChange }: { name: string; asked: Asked; numeric: boolean; disabled: boolean; onChange: (asked: Asked) => void }) {
  const { t } = useTranslation("laboratory");
  if ("flag" in asked)
    return (
      <Select
        aria-label={name}
        disabled={disabled}
        value={asked.flag}
        options={[
          { value: true, label: t("draft.yes") },
          { value: false, label: t("draft.no") },
        ]}
        onChange={(flag: boolean) => onChange({ flag })}
      />
    );
  if ("words" in asked)
    return (
      <Select
        mode="tags"
        aria-label={name}
        disabled={disabled}
        value={asked.words}
        tokenSeparators={[",", "，", "、", " "]}
        open={false}
        suffixIcon={null}
        onChange={(chosen: string[]) => chosen.length > 0 && onChange({ words: chosen })}
      />
    );
  const bound = (which: "from" | "to") => (
    <Kept label={`${name} ${t(`draft.${which}`)}`} value={asked[which]} blank numeric={numeric} disabled={disabled} onChange={(value) => onChange({ ...asked, [which]: value })} />
  );
  return (
    <div style={{ display: "flex", gap: 6, alignItems: "center" }}>
      {bound("from")} <span aria-hidden>–</span> {bound("to")}
    </div>
  );
}
