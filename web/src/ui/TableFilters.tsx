import { DatePicker, Flex, Input, Select } from "antd";
import dayjs from "dayjs";
import type { ReactNode } from "react";
import { useId } from "react";
import { useTranslation } from "@/i18n";

export type Filter<F extends string> = { name: F; label: string } & (
  | { kind: "search"; placeholder?: string }
  | { kind: "date" }
  | { kind: "select"; options: { value: string; label: string }[]; width?: number }
  /** A field of the page's own, such as one that finds schools as one types. */
  | { kind: "own"; field: (value: string | undefined, set: (value: string | undefined) => void, id: string) => ReactNode }
  /** Kept in the address, but set elsewhere. */
  | { kind: "silent" }
);

interface Props<F extends string> {
  filters: Filter<F>[];
  values: Record<F, string | undefined>;
  onChange: (name: F, value: string | undefined) => void;
}

export function TableFilters<F extends string>({ filters, values, onChange }: Props<F>) {
  const { t } = useTranslation();
  const id = useId();
  if (filters.length === 0) return <span />;
  return (
    <search>
      <Flex gap={12} wrap aria-label={t("table.filters")}>
        {filters.map((filter) => {
          const value = values[filter.name];
          const field = `${id}${filter.name}`;
          if (filter.kind === "silent") return null;
          return (
            <div key={filter.name} style={{ display: "grid", gap: 4 }}>
              <label htmlFor={field} style={{ fontSize: 13 }}>
                {filter.label}
              </label>
              {filter.kind === "search" && (
                <Input.Search
                  id={field}
                  key={value}
                  defaultValue={value}
                  allowClear
                  enterButton={false}
                  placeholder={filter.placeholder}
                  style={{ width: 220 }}
                  onSearch={(next) => onChange(filter.name, next.trim() || undefined)}
                />
              )}
              {filter.kind === "select" && (
                <Select
                  id={field}
                  aria-label={filter.label}
                  value={value ?? ""}
                  popupMatchSelectWidth={false}
                  style={{ width: filter.width ?? 140 }}
                  showSearch={filter.options.length > 12 ? { optionFilterProp: "label" } : false}
                  options={[{ value: "", label: t("table.all") }, ...filter.options]}
                  onChange={(next) => onChange(filter.name, next || undefined)}
                />
              )}
              {filter.kind === "date" && (
                <DatePicker
                  id={field}
                  value={value ? dayjs(value) : null}
                  onChange={(next) => onChange(filter.name, next?.format("YYYY-MM-DD"))}
                />
              )}
              {filter.kind === "own" && filter.field(value, (next) => onChange(filter.name, next), field)}
            </div>
          );
        })}
      </Flex>
    </search>
  );
}
