import type { Schemas } from "@/api/client";
import { reportPath } from "@/pages/district/reports/filters";

export type Kind = Schemas["ReadyKind"];

/** The ready reports in the order of packs, each with the filters that it has. */
export const FILTERS = {
  overview: ["school", "grade", "as_of"],
  school: ["school", "as_of"],
  class: ["school", "class", "grade", "as_of"],
  base: ["host", "as_of"],
  requirements: ["school", "class", "grade", "as_of"],
  not_reached: ["school", "class", "grade", "as_of"],
  equity: ["school", "as_of"],
  programmes: ["school", "as_of"],
  results: ["school", "class", "grade", "as_of"],
  settlement: ["host", "as_of"],
  empty_places: ["host", "as_of"],
  no_shows: ["school", "host", "as_of"],
  promptness: ["school", "host", "as_of"],
  exceptions: ["school", "host", "as_of"],
} as const satisfies Record<Kind, readonly string[]>;

export const KINDS = Object.keys(FILTERS) as Kind[];

/** Those that a school has of its own. */
const OF_SCHOOL: readonly Kind[] = ["school", "class", "requirements", "not_reached", "no_shows", "promptness", "programmes", "results", "equity"];

/** Those that a base has of its own. */
const OF_BASE: readonly Kind[] = ["base", "settlement", "empty_places", "no_shows", "promptness"];

/** Those that can name persons, of one host or school at a time. */
export const NAMED: readonly Kind[] = ["class", "settlement", "not_reached", "no_shows"];

/** Where reports are read: by the district, a school, or a base. */
export type Place = "district" | "school" | "base";

export const kindsOf = (place: Place): readonly Kind[] => ({ district: KINDS, school: OF_SCHOOL, base: OF_BASE })[place];

/** What a place can choose: a base sees what happened at its hosts, and no school of it. */
export const filtersOf = (kind: Kind, place: Place): readonly string[] =>
  FILTERS[kind].filter((name) => place !== "base" || name === "host" || name === "as_of");

export const readyPath = (kind: Kind, base = "/district/reports") => `${base}/ready/${kind}`;

/** Who opens a saved report: what one's own pages have of it. */
export type Reader = Place | "teacher";

/** The page of a saved report, of those that its reader has. */
export function savedPath(saved: Schemas["SavedReport"], reader: Reader): string {
  const lists: Record<Reader, Partial<Record<string, string>>> = {
    district: {
      credits: "/district/reports",
      persons: "/district/reports/persons",
      records: "/district/reports/records",
      hosts: "/district/reports/hosts",
    },
    school: { credits: "/school/report", persons: "/school/report/persons", records: "/school/report/records" },
    teacher: {},
    base: { records: "/base/reports/records", hosts: readyPath("base", "/base/reports") },
  };
  const own = lists[reader][saved.kind];
  if (own) return reportPath(own, saved.query);
  const place = reader === "teacher" ? "school" : reader;
  const base = { district: "/district/reports", school: "/school/report", base: "/base/reports" }[place];
  const kinds = kindsOf(place);
  const kind = kinds.find((one) => one === saved.kind) ?? kinds[0] ?? "overview";
  return reportPath(readyPath(kind, base), saved.query);
}
