import { useQuery } from "@tanstack/react-query";
import { Select } from "antd";
import { useEffect, useMemo, useState } from "react";
import { useTranslation } from "@/i18n";
import type { Schemas } from "@/api/client";
import { getQuery } from "@/api/query";
import { useNamed, useText } from "@/i18n/useText";
import { useAccess } from "./access";

interface Field {
  id?: string;
  value?: string | undefined;
  onChange?: (value: string | undefined) => void;
  width?: number | string;
  placeholder?: string;
  label?: string;
}

/** What was typed, once typing rests. */
export function useSettled(value: string, wait = 250): string {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), wait);
    return () => clearTimeout(timer);
  }, [value, wait]);
  return settled;
}

/** All schools of the district by name, and their names by id. */
export function useSchools() {
  const named = useNamed();
  const { data } = useQuery({
    ...getQuery("/api/v1/organizations", { params: { query: { kind: "school", limit: 500 } } }),
    staleTime: 5 * 60_000,
  });
  return useMemo(() => {
    const options = (data?.items ?? []).map((school) => ({ value: school.id, label: named(school.name_zh, school.name_en) }));
    const names = new Map(options.map((option) => [option.value, option.label]));
    return { options, nameOf: (id: string | null | undefined) => (id ? (names.get(id) ?? "") : "") };
    // oxlint-disable-next-line react/exhaustive-deps
  }, [data, named(" ", "x")]);
}

export function SchoolSelect({ id, value, onChange, width = 200, placeholder, label }: Field) {
  const { t } = useTranslation("district");
  const { options } = useSchools();
  return (
    <Select
      {...(id && { id })}
      aria-label={label ?? t("filter.school")}
      value={value}
      allowClear
      showSearch={{ optionFilterProp: "label" }}
      placeholder={placeholder ?? t("filter.allSchools")}
      style={{ width }}
      popupMatchSelectWidth={false}
      options={options}
      onChange={(next) => onChange?.(next)}
    />
  );
}

/** A class of a school, newest school year first. */
export function ClassSelect({ id, school, value, onChange, width = 170 }: Field & { school: string | undefined }) {
  const { t } = useTranslation("district");
  const text = useText();
  const { data } = useQuery({
    ...getQuery("/api/v1/classes", { params: { query: { school: school ?? "", limit: 500 } } }),
    enabled: school !== undefined,
    staleTime: 60_000,
  });
  const options = (data?.items ?? []).map((one) => ({
    value: one.id,
    label: t("filter.className", { year: one.school_year, grade: text(`common:grade.${one.grade}`), name: one.name }),
  }));
  const lost = value !== undefined && data !== undefined && !options.some((option) => option.value === value);
  useEffect(() => {
    if (lost || (value !== undefined && school === undefined)) onChange?.(undefined);
    // oxlint-disable-next-line react/exhaustive-deps
  }, [lost, value, school]);
  return (
    <Select
      {...(id && { id })}
      aria-label={t("filter.class")}
      value={data ? value : undefined}
      allowClear
      showSearch={{ optionFilterProp: "label" }}
      placeholder={t("filter.allClasses")}
      style={{ width }}
      popupMatchSelectWidth={false}
      options={options}
      onChange={(next) => onChange?.(next)}
    />
  );
}

/** Records of no host, as reports are asked for them. */
const NO_HOST = "none";

/** Any organization of the district, found as one types; where `none` is given, none of them as well. */
export function OrganizationSelect({
  id,
  value,
  onChange,
  kind,
  none,
  width = 220,
  placeholder,
  label,
}: Field & { kind?: Schemas["OrganizationKind"]; none?: string }) {
  const { t } = useTranslation("district");
  const named = useNamed();
  const [typed, setTyped] = useState("");
  const q = useSettled(typed.trim());
  const { data, isFetching } = useQuery(
    getQuery("/api/v1/organizations", { params: { query: { limit: 30, ...(q && { q }), ...(kind && { kind }) } } }),
  );
  const { data: chosen } = useQuery({
    ...getQuery("/api/v1/organizations/{id}", { params: { path: { id: value ?? "" } } }),
    enabled: value !== undefined && value !== "" && value !== NO_HOST && !data?.items.some((one) => one.id === value),
  });
  const found = [...(data?.items ?? [])];
  if (chosen && chosen.id === value && q === "") found.unshift(chosen);
  return (
    <Select
      {...(id && { id })}
      aria-label={label ?? t("filter.organization")}
      value={value}
      allowClear
      showSearch={{ filterOption: false, onSearch: setTyped }}
      loading={isFetching}
      placeholder={placeholder ?? t("filter.findOrganization")}
      style={{ width }}
      popupMatchSelectWidth={false}
      notFoundContent={isFetching ? t("filter.searching") : t("filter.nothing")}
      options={[...(none && q === "" ? [{ value: NO_HOST, label: none }] : []), ...found.map((one) => ({ value: one.id, label: named(one.name_zh, one.name_en) }))]}
      onChange={(next) => onChange?.(next)}
    />
  );
}

/** A competition, found as one types. */
export function CompetitionSelect({ id, value, onChange, width = 260, label }: Field) {
  const { t } = useTranslation("district");
  const named = useNamed();
  const [typed, setTyped] = useState("");
  const q = useSettled(typed.trim());
  const { data, isFetching } = useQuery(
    getQuery("/api/v1/competitions", { params: { query: { limit: 50, ...(q && { q }) } } }),
  );
  const { data: chosen } = useQuery({
    ...getQuery("/api/v1/competitions/{id}", { params: { path: { id: value ?? "" } } }),
    enabled: value !== undefined && value !== "" && value !== NO_HOST && !data?.items.some((one) => one.id === value),
  });
  const found = [...(data?.items ?? [])];
  if (chosen && chosen.id === value && q === "") found.unshift(chosen);
  return (
    <Select
      {...(id && { id })}
      aria-label={label ?? t("filter.competition")}
      value={value}
      allowClear
      showSearch={{ filterOption: false, onSearch: setTyped }}
      loading={isFetching}
      placeholder={t("filter.findCompetition")}
      style={{ width, maxWidth: "100%" }}
      popupMatchSelectWidth={false}
      notFoundContent={isFetching ? t("filter.searching") : t("filter.nothing")}
      options={found.map((one) => ({ value: one.id, label: `${named(one.name_zh, one.name_en)} ${one.edition}` }))}
      onChange={(next) => onChange?.(next)}
    />
  );
}

/** The name of the account behind an id, where one may see it. */
export function AccountName({ id }: { id: string | null | undefined }) {
  const { manages } = useAccess();
  const { data } = useQuery({
    ...getQuery("/api/v1/accounts/{id}", { params: { path: { id: id ?? "" } } }),
    enabled: Boolean(id) && manages,
    staleTime: 10 * 60_000,
    retry: false,
  });
  if (!id) return null;
  return data ? <span title={data.login}>{data.display_name}</span> : <code title={id}>{id.slice(-6)}</code>;
}

/** The policies by which the district scores now. */
export function useEffectivePolicies() {
  const { data } = useQuery({
    ...getQuery("/api/v1/adoptions", { params: { query: { limit: 200 } } }),
    staleTime: 60_000,
  });
  return (data?.items ?? []).filter((one) => one.state === "effective" && !one.superseded_at);
}
