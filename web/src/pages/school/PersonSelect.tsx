import { useQuery } from "@tanstack/react-query";
import { Select } from "antd";
import { useDeferredValue, useState } from "react";
import { useTranslation } from "@/i18n";
import { getQuery } from "@/api/query";
import { useClassName } from "./words";

interface Props {
  school: string;
  id?: string;
  value?: string;
  onChange?: (id: string | undefined, label?: string) => void;
}

/** Finds a person of the school by name or number as one types. */
export function PersonSelect({ school, id, value, onChange }: Props) {
  const { t } = useTranslation("school");
  const className = useClassName();
  const [typed, setTyped] = useState("");
  const query = useDeferredValue(typed.trim());
  const { data, isFetching } = useQuery({
    ...getQuery("/api/v1/persons", { params: { query: { school, query, limit: 20, status: "active" } } }),
    enabled: query.length > 0,
    placeholderData: (before) => before,
  });
  return (
    <Select
      {...(id !== undefined && { id })}
      value={value}
      allowClear
      placeholder={t("persons.search")}
      loading={isFetching}
      showSearch={{ filterOption: false, onSearch: setTyped }}
      notFoundContent={query ? t("accounts.noPerson") : null}
      onChange={(next: string | undefined) => onChange?.(next, data?.items.find((one) => one.id === next)?.name)}
      options={(data?.items ?? []).map((one) => ({
        value: one.id,
        label: `${one.name} ${one.number} ${className(one.grade, one.class_name)}`,
      }))}
    />
  );
}
