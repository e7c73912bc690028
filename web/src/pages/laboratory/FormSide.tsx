import { Input } from "antd";
import { useState } from "react";
import { useTranslation } from "@/i18n";
import { useText } from "@/i18n/useText";
import { EmptyState } from "@/ui/EmptyState";
import { Muted } from "@/ui/Muted";
import { type Field, fieldsOf, type Group, isDecimal, replaced } from "./edit";

const GROUPS: Group[] = ["head", "rules", "limits", "requirements", "ladders"];

/** The common values of a policy as a form. The text is the truth: each input changes its own value in it. */
export function FormSide({ text, onChange, disabled }: { text: string; onChange: (text: string) => void; disabled: boolean }) {
  const { t } = useTranslation("laboratory");
  const fields = fieldsOf(text);
  if (fields.length === 0) return <EmptyState title={t("draft.noFields")} />;
  return (
    <>
      {GROUPS.filter((group) => fields.some((field) => field.group === group)).map((group) => (
        <fieldset key={group} style={{ border: 0, padding: 0, margin: "0 0 16px" }}>
          <legend style={{ fontWeight: 600, padding: 0, marginBottom: 6 }}>{t(`draft.group.${group}`)}</legend>
          <div style={{ display: "grid", gap: 8 }}>
            {fields
              .filter((field) => field.group === group)
              .map((field) => (
                <One key={`${field.key} ${field.value}`} field={field} disabled={disabled} onChange={(value) => onChange(replaced(text, field, value))} />
              ))}
          </div>
        </fieldset>
      ))}
    </>
  );
}

function One({ field, disabled, onChange }: { field: Field; disabled: boolean; onChange: (value: string) => void }) {
  const { t } = useTranslation("laboratory");
  const text = useText();
  const [value, setValue] = useState(field.value);
  // The last word is the document's, what stands before it is the measure's name.
  const words = field.name.split(" ");
  const last = words.at(-1) ?? "";
  const said = [...words.slice(0, -1), text(`laboratory:draft.value.${last}`, {}, last)].join(" ");
  const wrong = field.numeric && !isDecimal(value);
  const keep = () => {
    const trimmed = field.numeric ? value.trim() : value;
    if (!wrong && trimmed !== "" && trimmed !== field.value) onChange(trimmed);
  };
  return (
    <label style={{ display: "grid", gridTemplateColumns: "minmax(0, 1fr) minmax(110px, 200px)", gap: 8, alignItems: "center" }}>
      <span style={{ overflowWrap: "anywhere" }}>
        {field.of || said} {field.of && <Muted style={{ fontSize: 13 }}>{said}</Muted>}
      </span>
      <span>
        <Input
          value={value}
          disabled={disabled}
          inputMode={field.numeric ? "decimal" : "text"}
          {...(wrong && { status: "error" as const })}
          onChange={(event) => setValue(event.target.value)}
          onBlur={keep}
          onPressEnter={keep}
        />
        {wrong && (
          <span role="alert" style={{ fontSize: 13 }}>
            {t("draft.number")}
          </span>
        )}
      </span>
    </label>
  );
}
