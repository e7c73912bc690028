import type { Schemas } from "@/api/client";
import { reportPath } from "@/pages/district/reports/filters";

export type Kind = Schemas["ReadyKind"];

/** The ready reports in the order of packs, each with the filters that it has. */
export const FILTERS = {
  requirements: ["school", "class", "grade", "as_of"],
  not_reached: ["school", "class", "grade", "as_of"],
  equity: ["school", "as_of"],
  programmes: ["school", "as_of"],
  results: ["school", "class", "grade", "as_of"],
  settlement: ["host", "as_of"],
  empty_places: ["host", "as_of"],
  no_shows: ["school", "host", "as_of"],
  promptness: ["school", "host", "as_of"],
} as const satisfies Record<Kind, readonly string[]>;

export const KINDS = Object.keys(FILTERS) as Kind[];

/** Those that a school has of its own. */
export const OF_SCHOOL: readonly Kind[] = ["requirements", "not_reached", "no_shows", "promptness", "programmes", "results", "equity"];

/** Those that can name persons, of one host or school at a time. */
export const NAMED: readonly Kind[] = ["settlement", "not_reached", "no_shows"];

export const readyPath = (kind: Kind, base = "/district/reports") => `${base}/ready/${kind}`;

/** The page of a saved report. */
export function savedPath(saved: Schemas["SavedReport"]): string {
  const own: Record<string, string> = {
    overview: "/district",
    credits: "/district/reports",
    persons: "/district/reports/persons",
    records: "/district/reports/records",
    hosts: "/district/reports/hosts",
  };
  return reportPath(own[saved.kind] ?? readyPath(saved.kind as Kind), saved.query);
}

type Values = Record<string, string | undefined>;

/** Where the records of a row are, for those of a school: what belongs to the district is not theirs to open. */
export function pathOfSchool(of: Schemas["RowOf"] | null | undefined, values: Values, lists: boolean): string | undefined {
  switch (of?.sort) {
    case "session":
    case "person":
    case "activity":
    case "edition":
      return pathOf(of, values);
    case "class":
    case "grade":
    case "whole":
      return lists ? pathOf(of, values)?.replace("/district/reports/", "/school/report/") : undefined;
    default:
      return undefined;
  }
}

/** Where the records of a row are; of competition results they are results. */
export function pathOf(of: Schemas["RowOf"] | null | undefined, values: Values, kind?: Kind): string | undefined {
  if (!of) return undefined;
  const { host: _, school: __, class: ___, grade: ____, ...kept } = values;
  const id = of.id ?? "";
  const results = (of: Values) =>
    reportPath("/district/results", { state: "verified", school: values.school, from: values.from, to: values.to, ...of });
  switch (of.sort) {
    case "session":
      return `/sessions/${id}`;
    case "person":
      return `/persons/${id}`;
    case "activity":
      return `/activities/${id}`;
    case "edition":
      return `/editions/${id}`;
    case "competition":
      return results({ competition: id });
    case "level":
      return results({ level: of.level ?? undefined });
    case "whole":
      return reportPath("/district/reports/persons", { ...kept, school: values.school, class: values.class, grade: values.grade });
    case "host":
      return reportPath("/district/reports/hosts", { ...kept, host: id });
    case "school":
      return kind === "results" ? results({ school: id }) : reportPath("/district/reports/persons", { ...kept, school: id });
    case "class":
      return reportPath("/district/reports/persons", { ...kept, class: id });
    case "grade":
      return reportPath("/district/reports/persons", { ...kept, grade: of.grade === null || of.grade === undefined ? undefined : String(of.grade) });
  }
}
