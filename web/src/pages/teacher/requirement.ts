import type { Summary } from "./school";

export interface Missing {
  measure: string;
  unit: string;
  have: string;
  needed: string;
  short: string;
}
export interface Requirement {
  id: string;
  met: boolean;
  shortfall?: string | null;
  missing: Missing[];
}

export function requirementsOf(summary: Summary): Requirement[] {
  return summary.requirements as unknown as Requirement[];
}

/** Whether every requirement is met; nothing where the person cannot earn or nothing is required. */
export function meetsAll(summary: Summary): boolean | undefined {
  const list = requirementsOf(summary);
  if (!summary.eligible || list.length === 0) return undefined;
  return list.every(({ met }) => met);
}

/** How far a requirement has come, for the length of a bar: the least of its parts. */
export function shareOf({ met, missing }: Pick<Requirement, "met" | "missing">): number {
  if (met) return 1;
  const parts = missing.map(({ have, needed }) => (Number(needed) > 0 ? Number(have) / Number(needed) : 0));
  return parts.length > 0 ? Math.min(0.99, ...parts) : 0;
}

/** Those who miss most first, then by number. */
export function byNeed(a: Summary, b: Summary): number {
  const share = (one: Summary) => Math.min(...requirementsOf(one).map(shareOf), 1);
  return share(a) - share(b) || a.number.localeCompare(b.number);
}
