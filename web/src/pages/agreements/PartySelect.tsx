import { useQuery } from "@tanstack/react-query";
import { Select } from "antd";
import { useState } from "react";
import { getQuery } from "@/api/query";
import { useTranslation } from "@/i18n";
import { useNamed } from "@/i18n/useText";
import { useSettled } from "@/pages/district/pick";

interface Props {
  id?: string;
  value?: string | undefined;
  onChange?: (value: string | undefined) => void;
  label: string;
}

/** Any organization that works, of any district, found as one types. */
export function PartySelect({ id, value, onChange, label }: Props) {
  const { t } = useTranslation("agreements");
  const named = useNamed();
  const [typed, setTyped] = useState("");
  const q = useSettled(typed.trim());
  const { data, isFetching } = useQuery(
    getQuery("/api/v1/organizations", { params: { query: { everywhere: true, status: "active", limit: 30, ...(q && { q }) } } }),
  );
  const { data: chosen } = useQuery({
    ...getQuery("/api/v1/organizations/{id}", { params: { path: { id: value ?? "" } } }),
    enabled: value !== undefined && value !== "" && !data?.items.some((one) => one.id === value),
  });
  const found = [...(data?.items ?? [])];
  if (chosen && chosen.id === value && q === "") found.unshift(chosen);
  return (
    <Select
      {...(id && { id })}
      aria-label={label}
      value={value}
      allowClear
      showSearch={{ filterOption: false, onSearch: setTyped }}
      loading={isFetching}
      style={{ width: "100%" }}
      placeholder={t("form.partiesHelp")}
      options={found.map((one) => ({
        value: one.id,
        label: `${named(one.name_zh, one.name_en)} · ${t(`organization.${one.kind}`)}`,
      }))}
      onChange={(next) => onChange?.(next)}
    />
  );
}
