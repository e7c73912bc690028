import { DatePicker } from "antd";
import dayjs from "dayjs";
import { useMemo } from "react";

interface Props {
  id?: string;
  value?: string | null;
  onChange?: (value: string | null) => void;
  min?: string | undefined;
  max?: string | undefined;
  disabled?: boolean;
  allowClear?: boolean;
  label?: string;
}

/** A day as the API writes it, `2026-09-01`. */
export function Day({ id, value, onChange, min, max, disabled, allowClear = true, label }: Props) {
  // The same object while it is the same day: another one would take back what is being typed.
  const day = useMemo(() => (value ? dayjs(value) : null), [value]);
  return (
    <DatePicker
      {...(id && { id })}
      {...(label && { "aria-label": label })}
      value={day}
      allowClear={allowClear}
      disabled={disabled ?? false}
      style={{ width: 170 }}
      disabledDate={(at) => {
        const day = at.format("YYYY-MM-DD");
        return (min !== undefined && day < min) || (max !== undefined && day > max);
      }}
      onChange={(at) => onChange?.(at ? at.format("YYYY-MM-DD") : null)}
    />
  );
}
