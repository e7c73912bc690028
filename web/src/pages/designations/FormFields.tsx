import { Checkbox, Form, Input, InputNumber, Radio, Select } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "@/i18n";
import { useNamed } from "@/i18n/useText";
import { Day } from "./Day";
import { type Field, useDay } from "./words";

interface Props {
  fields: Field[];
  /** What stands for a field that takes files. */
  file: (field: Field) => ReactNode;
}

/** The fields of an application form, as its data says: values are `answers` by key. */
export function FormFields({ fields, file }: Props) {
  const named = useNamed();
  const hint = useHint();
  return fields.map((field) => {
    const name = named(field.name_zh, field.name_en);
    const help = [named(field.help_zh, field.help_en), hint(field)].filter((one) => one !== "");
    return (
      <Form.Item
        key={field.key}
        name={["answers", field.key]}
        label={name}
        required={field.required ?? false}
        {...(help.length > 0 && { extra: help.join(" ") })}
      >
        {field.answer.kind === "file" ? <Slot>{file(field)}</Slot> : <AnswerField field={field} />}
      </Form.Item>
    );
  });
}

/** Files are no value of the form; their errors stand beside them all the same. */
function Slot({ children }: { children: ReactNode; id?: string; value?: unknown; onChange?: unknown }) {
  return <div>{children}</div>;
}

/** What there is to know before one answers. */
function useHint() {
  const { t } = useTranslation("designations");
  const day = useDay();
  return ({ answer }: Field): string => {
    switch (answer.kind) {
      case "number":
        return t("hint.number", { min: answer.min, max: answer.max });
      case "date":
        if (answer.from && answer.to) return t("hint.between", { from: day(answer.from), to: day(answer.to) });
        if (answer.from) return t("hint.notBefore", { from: day(answer.from) });
        return answer.to ? t("hint.notAfter", { to: day(answer.to) }) : "";
      case "file":
        return t("hint.files", { count: answer.max_files });
      default:
        return "";
    }
  };
}

interface Own {
  id?: string;
  value?: unknown;
  onChange?: (value: unknown) => void;
  field: Field;
}

function AnswerField({ id, value, onChange, field }: Own) {
  const { t } = useTranslation("designations");
  const named = useNamed();
  const { answer } = field;
  const own = { ...(id && { id }) };
  switch (answer.kind) {
    case "text":
      return <Input {...own} value={(value as string) ?? ""} maxLength={answer.max_length} onChange={(event) => onChange?.(event.target.value)} />;
    case "long_text":
      return (
        <Input.TextArea
          {...own}
          value={(value as string) ?? ""}
          maxLength={answer.max_length}
          showCount
          autoSize={{ minRows: 3, maxRows: 14 }}
          onChange={(event) => onChange?.(event.target.value)}
        />
      );
    case "number": {
      const unit = named(answer.unit_zh, answer.unit_en);
      return (
        <InputNumber
          {...own}
          stringMode
          value={value === undefined || value === null ? null : String(value)}
          precision={answer.places ?? 0}
          style={{ width: 200 }}
          {...(unit && { suffix: unit })}
          onChange={(next) => onChange?.(next)}
        />
      );
    }
    case "date":
      return <Day {...own} value={(value as string) ?? null} min={answer.from ?? undefined} max={answer.to ?? undefined} onChange={(next) => onChange?.(next)} />;
    case "yes_no":
      return (
        <Radio.Group
          {...own}
          value={value}
          options={[
            { value: true, label: t("yes") },
            { value: false, label: t("no") },
          ]}
          onChange={(event) => onChange?.(event.target.value)}
        />
      );
    case "choice": {
      const options = answer.options.map((one) => ({ value: one.value, label: named(one.name_zh, one.name_en) }));
      if (answer.many) return <Checkbox.Group {...own} value={(value as string[]) ?? []} options={options} onChange={(next) => onChange?.(next)} />;
      if (options.length > 6) return <Select {...own} value={value as string} allowClear options={options} onChange={(next) => onChange?.(next ?? null)} />;
      return <Radio.Group {...own} value={value} options={options} onChange={(event) => onChange?.(event.target.value)} />;
    }
    case "file":
      return null;
  }
}
