import { DeleteOutlined } from "@ant-design/icons";
import { Input } from "antd";
import { useId, useState } from "react";
import { useTranslation } from "@/i18n";
import { useText } from "@/i18n/useText";
import { Muted } from "@/ui/Muted";
import { type Field, isDecimal } from "./edit";
import { Act } from "./PartList";

/** The name of a value: the last word is the document's, what stands before it is the measure's name. */
export function fieldName(field: Field, text: ReturnType<typeof useText>): string {
  const words = field.name.split(" ");
  const last = words.at(-1) ?? "";
  return [...words.slice(0, -1), text(`laboratory:draft.value.${last}`, {}, last)].join(" ");
}

/** One value of the policy, with its name. */
export function ValueField({ field, disabled, onChange, onRemove }: { field: Field; disabled: boolean; onChange: (value: string) => void; onRemove?: () => void }) {
  const { t } = useTranslation("laboratory");
  const text = useText();
  const id = useId();
  const said = fieldName(field, text);
  return (
    <Row id={id} label={said}>
      <Kept id={id} value={field.value} disabled={disabled} numeric={field.numeric} onChange={onChange} />
      {onRemove && !disabled && <Act icon={<DeleteOutlined />} says={t("draft.remove", { name: said })} onClick={onRemove} />}
    </Row>
  );
}

/** A name at the left, what it is at the right. */
export function Row({ id, label, muted, children }: { id?: string; label: string; muted?: boolean; children: React.ReactNode }) {
  return (
    <div style={{ display: "grid", gridTemplateColumns: "minmax(0, 1fr) minmax(120px, 260px)", gap: 8, alignItems: "center" }}>
      <label htmlFor={id} style={{ overflowWrap: "anywhere" }}>
        {muted ? <Muted>{label}</Muted> : label}
      </label>
      <div style={{ display: "flex", gap: 4, alignItems: "center", minWidth: 0 }}>{children}</div>
    </div>
  );
}

interface KeptProps {
  id?: string;
  label?: string;
  value: string;
  disabled: boolean;
  numeric?: boolean;
  /** Whether nothing may be written. */
  blank?: boolean;
  width?: number | string;
  onChange: (value: string) => void;
}

/** An input whose value is kept when it is left, or with Enter. */
export function Kept({ value: stands, ...props }: KeptProps) {
  return <KeptOnce key={stands} stands={stands} {...props} />;
}

function KeptOnce({ id, label, stands, disabled, numeric, blank, width, onChange }: Omit<KeptProps, "value"> & { stands: string }) {
  const { t } = useTranslation("laboratory");
  const [value, setValue] = useState(stands);
  const trimmed = value.trim();
  const wrong = numeric === true && !(blank && trimmed === "") && !isDecimal(value);
  const keep = () => {
    if (!wrong && (blank || trimmed !== "") && trimmed !== stands) onChange(trimmed);
  };
  return (
    <span style={{ flex: 1, minWidth: 0, width }}>
      <Input
        {...(id && { id })}
        {...(label && { "aria-label": label })}
        value={value}
        disabled={disabled}
        inputMode={numeric ? "decimal" : "text"}
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
  );
}
