import { useMemo } from "react";
import type { Schemas } from "@/api/client";
import { useMe } from "@/api/query";
import { useTranslation } from "@/i18n";
import { useLanguage, useNamed } from "@/i18n/useText";
import type { Host } from "@/pages/base/hosts";
import { formatTime } from "@/ui/time";

export type Agreement = Schemas["AgreementView"];
export type Project = Schemas["ProjectView"];
export type Field = Schemas["PartnerField"];

export const KINDS = ["strategic", "framework", "pairing"] as const;
export const STANDINGS = [
  "draft", "offered", "refused", "not_begun", "in_force", "disputed", "expired", "ended", "renewed", "withdrawn",
] as const;
export const FIELDS: Field[] = [
  "robotics", "ai", "information", "electronics", "biology", "medicine", "agriculture", "physics", "chemistry", "materials",
  "energy", "environment", "marine", "geology", "space", "engineering", "mathematics",
];

/** The organizations whose administrator the account is. */
export function useParties(): Host[] {
  const me = useMe();
  const named = useNamed();
  return useMemo(() => {
    const found = new Map<string, Host>();
    for (const grant of me.grants)
      if ((grant.role === "school_admin" || grant.role === "base_admin") && grant.organization_id)
        found.set(grant.organization_id, { id: grant.organization_id, name: named(grant.scope_name_zh, grant.scope_name_en) });
    return [...found.values()];
    // `named` only changes with the language, which `me` outlives.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [me]);
}

/** Whether the account arranges for organizations of a district: brings them together, enters what they signed on paper. */
export function useArranges(): boolean {
  return useMe().grants.some(({ role }) => role === "district_official");
}

/** From when to when. */
export function useTerm() {
  const { t } = useTranslation("agreements");
  const { language } = useLanguage();
  return (row: { first_day: string; last_day?: string | null }): string => {
    const from = formatTime(row.first_day, "date", language);
    return row.last_day ? t("list.until", { from, to: formatTime(row.last_day, "date", language) }) : t("list.from", { from });
  };
}
