import type { Me } from "@/api/query";

/** As in the service, most particular first: the order decides which home an account with several roles sees. */
export const ROLES = [
  "district_official",
  "school_admin",
  "teacher",
  "base_admin",
  "base_staff",
  "city_official",
  "auditor",
  "guardian",
  "student",
  "platform_admin",
] as const;
export type Role = (typeof ROLES)[number];

/** Who sees a route or a menu entry: these roles, everybody signed in, or everybody. */
export type Audience = readonly Role[] | "signed-in" | "everyone";

const HOMES: Record<Role, string> = {
  district_official: "/district",
  school_admin: "/school",
  teacher: "/teacher",
  base_admin: "/base",
  base_staff: "/base",
  city_official: "/district",
  auditor: "/district",
  guardian: "/student",
  student: "/student",
  platform_admin: "/district",
};

export function rolesOf(me: Me | null | undefined): Role[] {
  const held = new Set(me?.grants.map((grant) => grant.role));
  return ROLES.filter((role) => held.has(role));
}

export function maySee(audience: Audience, me: Me | null | undefined): boolean {
  if (audience === "everyone") return true;
  if (!me) return false;
  return audience === "signed-in" || rolesOf(me).some((role) => audience.includes(role));
}

export function homeOf(me: Me): string {
  const [first] = rolesOf(me);
  return first ? HOMES[first] : "/account/devices";
}

/** Whether the account's rights reach into more than one district, as far as they tell. */
export function mayHaveSeveral(me: Me): boolean {
  const districts = new Set(me.grants.map((grant) => grant.district_id ?? "all"));
  return !me.must_change_password && (districts.size > 1 || districts.has("all"));
}
