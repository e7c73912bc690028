import type { Schemas } from "@/api/client";

/** The suspension that is not over on a day: the one that lasts, or else the next. */
export function lasting(row: Schemas["DesignationView"], day: string) {
  const all = row.suspensions.filter((one) => !one.lifted_from || (one.lifted_from > day && one.lifted_from > one.from));
  return all.toSorted((one, other) => (one.from < other.from ? -1 : 1))[0];
}
