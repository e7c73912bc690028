import type { Schemas } from "@/api/client";
import { reportPath } from "@/pages/district/reports/filters";

export type Kind = Schemas["ReadyKind"];

/** The ready reports in the order of packs, each with the filters that it has. */
export const FILTERS = {
  requirements: ["school", "class", "grade", "as_of"],
  not_reached: ["school", "class", "grade", "as_of"],
  equity: ["school", "grade", "as_of"],
  programmes: ["as_of"],
  results: ["school", "class", "grade", "as_of"],
  settlement: ["host", "as_of"],
  empty_places: ["host", "as_of"],
  no_shows: ["school", "host", "as_of"],
  promptness: ["host", "as_of"],
} as const satisfies Record<Kind, readonly string[]>;

export const KINDS = Object.keys(FILTERS) as Kind[];

/** Those that can name persons, of one host or school at a time. */
export const NAMED: readonly Kind[] = ["settlement", "not_reached", "no_shows"];

export const readyPath = (kind: Kind) => `/district/reports/ready/${kind}`;

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

/** Where the records of a row are. */
export function pathOf(of: Schemas["RowOf"] | null | undefined, values: Values): string | undefined {
  if (!of) return undefined;
  const { host: _, school: __, class: ___, grade: ____, ...kept } = values;
  const id = of.id ?? "";
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
      return `/district/results?competition=${id}`;
    case "host":
      return reportPath("/district/reports/hosts", { ...kept, host: id });
    case "school":
      return reportPath("/district/reports/persons", { ...kept, school: id });
    case "class":
      return reportPath("/district/reports/persons", { ...kept, class: id });
    case "grade":
      return reportPath("/district/reports/persons", { ...kept, grade: of.grade === null || of.grade === undefined ? undefined : String(of.grade) });
  }
}
