import { useMemo } from "react";
import { type Me, useMe } from "@/api/query";
import { useNamed, useText } from "@/i18n/useText";

/** Roles that act for a host: a base, or a school for what it runs itself. */
const ACTING = ["base_admin", "base_staff", "school_admin", "teacher"];

export interface Host {
  id: string;
  name: string;
}

/** The hosts that the account answers for. */
export function useHosts(): Host[] {
  const me = useMe();
  const named = useNamed();
  return useMemo(() => {
    const hosts = new Map<string, Host>();
    for (const grant of me.grants)
      if (ACTING.includes(grant.role) && grant.organization_id)
        hosts.set(grant.organization_id, {
          id: grant.organization_id,
          name: named(grant.scope_name_zh, grant.scope_name_en),
        });
    return [...hosts.values()];
    // `named` only changes with the language, which `me` outlives.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [me]);
}

const holds = (me: Me | null | undefined, hostId: string, roles: string[]) =>
  me?.grants.some((grant) => grant.organization_id === hostId && roles.includes(grant.role)) ?? false;
const official = (me: Me | null | undefined, districtId: string) =>
  me?.grants.some((grant) => grant.role === "district_official" && grant.district_id === districtId) ?? false;

/** Who speaks for the host about who was there. */
export const mayConfirm = (me: Me | null | undefined, hostId: string) => holds(me, hostId, ACTING);

/** Who makes and changes activities and sessions of the host. */
export const mayManage = (me: Me | null | undefined, of: { host_id: string; district_id: string }) =>
  holds(me, of.host_id, ACTING) || official(me, of.district_id);

/** Who corrects what was confirmed. */
export const mayCorrect = (me: Me | null | undefined, of: { host_id: string; district_id: string }) =>
  holds(me, of.host_id, ["base_admin", "base_staff", "school_admin"]) || official(me, of.district_id);

/** The kinds that published policies name; others may be typed. */
export const KINDS = ["practice", "visit", "lecture", "club", "festival", "camp", "open-laboratory", "training"];

export { useKind } from "@/ui/names";

/** Grades in words: all, one, or from the lowest to the highest. */
export function useGrades() {
  const text = useText();
  const one = (grade: number) => text(`common:grade.${grade}`, {}, String(grade));
  return (grades: { from?: number | null; to?: number | null } | null | undefined): string => {
    const from = grades?.from ?? null;
    const to = grades?.to ?? null;
    if (from === null && to === null) return text("common:grades.all");
    if (from === to && from !== null) return one(from);
    if (from === null) return text("common:grades.upTo", { to: one(to ?? 0) });
    if (to === null) return text("common:grades.from", { from: one(from) });
    return text("common:grades.fromTo", { from: one(from), to: one(to) });
  };
}
