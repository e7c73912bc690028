import { Form, Select } from "antd";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "@/i18n";
import type { Schemas } from "@/api/client";
import { getQuery, useMe } from "@/api/query";
import { rolesOf } from "@/app/roles";
import { useNamed } from "@/i18n/useText";
import { session } from "@/api/session";
import { OrganizationSelect, useSettled } from "../pick";

const AT_ORGANIZATION = ["teacher", "school_admin", "base_staff", "base_admin"] as const;
const OF_DISTRICT = ["district_official", "auditor"] as const;
const OF_PERSON = ["student", "guardian"] as const;

export interface GrantValues {
  role: string;
  organization_id?: string;
  person_id?: string;
  authority_id?: string;
}

/** The district of the page: the chosen one, or the account's. */
export function useDistrict() {
  const me = useMe();
  return session.district() ?? me.district_id ?? undefined;
}

/** A right as the API takes it: its role says over what. */
export function grantOf(values: GrantValues, district: string | undefined): Schemas["NewGrant"] {
  const { role } = values;
  if ((AT_ORGANIZATION as readonly string[]).includes(role)) return { role, organization_id: values.organization_id ?? null };
  if ((OF_PERSON as readonly string[]).includes(role)) return { role, person_id: values.person_id ?? null };
  if ((OF_DISTRICT as readonly string[]).includes(role)) return { role, district_id: district ?? null };
  return { role, authority_id: values.authority_id ?? null };
}

/** Fields of a right: the role, and the organization or person that it is about. */
export function GrantFields() {
  const { t } = useTranslation("district");
  const { t: common } = useTranslation();
  const role = Form.useWatch("role") as string | undefined;
  const me = rolesOf(useMe());
  const official = me.includes("district_official");
  const offered = [...(official ? [...AT_ORGANIZATION, "auditor" as const, ...OF_PERSON] : []), ...(me.includes("platform_admin") ? (["district_official", "auditor"] as const) : [])];
  const required = [{ required: true, message: t("form.required") }];
  return (
    <>
      <Form.Item name="role" label={t("accounts.role")} rules={required}>
        <Select options={[...new Set(offered)].map((one) => ({ value: one, label: common(`role.${one}`) }))} />
      </Form.Item>
      {role && (AT_ORGANIZATION as readonly string[]).includes(role) && (
        <Form.Item name="organization_id" label={t("filter.organization")} rules={required}>
          <OrganizationSelect width="100%" />
        </Form.Item>
      )}
      {role && (OF_PERSON as readonly string[]).includes(role) && (
        <Form.Item name="person_id" label={t("col.person")} rules={required}>
          <PersonSelect />
        </Form.Item>
      )}
      {role && (OF_DISTRICT as readonly string[]).includes(role) && <p>{t("accounts.ofDistrict")}</p>}
    </>
  );
}

function PersonSelect({ id, value, onChange }: { id?: string; value?: string; onChange?: (value: string | undefined) => void }) {
  const { t } = useTranslation("district");
  const named = useNamed();
  const [typed, setTyped] = useState("");
  const q = useSettled(typed.trim());
  const { data, isFetching } = useQuery({
    ...getQuery("/api/v1/persons", { params: { query: { query: q, limit: 20 } } }),
    enabled: q.length > 1,
  });
  return (
    <Select
      {...(id && { id })}
      aria-label={t("col.person")}
      value={value}
      allowClear
      showSearch={{ filterOption: false, onSearch: setTyped }}
      placeholder={t("accounts.findPerson")}
      notFoundContent={isFetching ? t("filter.searching") : t("filter.nothing")}
      options={(data?.items ?? []).map((one) => ({ value: one.id, label: `${one.name} ${one.number} ${named(one.school_name_zh, null)}` }))}
      onChange={(next) => onChange?.(next)}
    />
  );
}
