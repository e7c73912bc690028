import type { Schemas } from "@/api/client";
import { reportPath } from "@/pages/district/reports/filters";
import { type Kind, type Place, readyPath } from "./kinds";

type Report = Schemas["ReadyReport"];
type Of = Schemas["RowOf"];
type Values = Record<string, string | undefined>;

/** From where a report is read, and what of it may be opened. */
export interface Reading {
  place: Place;
  /** Lists of persons and records are open to who asks. */
  lists: boolean;
  values: Values;
}

/** A list that a count is of, with what sets it apart from the others of its row. */
type Target = { list: "persons" | "records" | "results" | "exceptions" | "edition" } | { list: Kind; names?: boolean };
type Opens = Target & { more?: Values };

const persons = (more: Values): Opens => ({ list: "persons", more });
const records = (more: Values = {}): Opens => ({ list: "records", more });
const named = (list: Kind): Opens => ({ list, names: true });
const exceptions = (more: Values): Opens => ({ list: "exceptions", more });
const results: Opens = { list: "results" };

/** Columns of a place with what its records gave. */
const OF_PLACES: Record<string, Opens> = {
  enrolled: persons({ enrolled: "within" }),
  persons: persons({}),
  participants: records(),
  earners: records({ status: "counted" }),
  records: records(),
  counted: records({ status: "counted" }),
  cut: records({ status: "cut" }),
  refused: records({ status: "refused" }),
  flagged: records({ flagged: "true" }),
  raw: records(),
  credits: records({ status: "counted" }),
};

/** What the cells of a column open to. */
const COLUMNS: Partial<Record<Kind, Record<string, Opens>>> = {
  overview: OF_PLACES,
  school: OF_PLACES,
  class: OF_PLACES,
  base: {
    participants: records(),
    confirmed: records(),
    minutes: records(),
    credited: records({ status: "counted" }),
    credits: records({ status: "counted" }),
    absent: named("no_shows"),
  },
  not_reached: {
    enrolled: persons({ enrolled: "within" }),
    reached: persons({ enrolled: "within", took: "true" }),
    not_reached: persons({ enrolled: "within", took: "false" }),
    no_credit: persons({ enrolled: "within", earned: "false" }),
  },
  equity: {
    persons: persons({ enrolled: "last" }),
    took: persons({ enrolled: "last", took: "true" }),
    earned: persons({ enrolled: "last", earned: "true" }),
    credits: persons({ enrolled: "last", earned: "true" }),
  },
  programmes: { sessions: { list: "edition" }, times: records(), persons: records(), credits: records({ status: "counted" }) },
  results: { results, achievements: results, persons: results },
  settlement: { sessions: { list: "settlement" }, booked: { list: "settlement" }, came: named("settlement"), amount: named("settlement") },
  empty_places: { sessions: { list: "empty_places" }, not_full: { list: "empty_places" }, empty: { list: "empty_places" } },
  no_shows: { absent: named("no_shows"), persons: named("no_shows") },
  promptness: { confirmed: records(), credited: records({ status: "counted" }) },
  exceptions: {
    found: exceptions({ tab: "all" }),
    open: exceptions({}),
    late: exceptions({ late: "true" }),
    cleared: exceptions({ tab: "decided", state: "cleared" }),
    upheld: exceptions({ tab: "decided", state: "upheld" }),
    gone: exceptions({ tab: "gone" }),
  },
};

/** Columns of rows about a requirement. */
const OF_REQUIREMENT: Record<string, Values> = { persons: {}, met: { met: "true" }, short: { met: "false" } };

const ROOT: Record<Place, string> = { district: "/district/reports", school: "/school/report", base: "/base/reports" };
const PERIOD = ["policy", "from", "to", "term", "as_of"];
const LISTS = {
  persons: [...PERIOD, "school", "class", "grade", "enrolled", "took", "earned", "requirement", "met", "sex", "attribute", "value"],
  records: [...PERIOD, "school", "class", "grade", "host", "status", "category", "rule", "edition", "theme", "flagged"],
  results: ["state", "school", "level", "competition", "from", "to"],
  exceptions: ["tab", "kind", "host", "school", "state", "late", "from", "to"],
} as const;

/** Where a cell leads: the list of just what it counts, or nowhere. */
export function opens(report: Report, column: string, of: Of | null | undefined, reading: Reading): string | undefined {
  if (!of) return undefined;
  // A row of one thing opens to that, whichever of its figures it is.
  if (of.sort === "session" || of.sort === "person" || of.sort === "exception") return rowPath(report.kind, of, reading);
  // Records that no rule priced have no word of their own.
  if ((of.sort === "category" || of.sort === "rule") && !of.word) return undefined;
  const to = of.requirement ? requirementOf(report, column, of) : columnOf(report.kind, column, of);
  return to && path(report, to, of, reading);
}

function columnOf(kind: Kind, column: string, of: Of): Opens | undefined {
  if (of.sort === "level") return ["results", "achievements", "persons"].includes(column) ? results : undefined;
  return COLUMNS[kind]?.[column];
}

function requirementOf(report: Report, column: string, of: Of): Opens | undefined {
  const more = OF_REQUIREMENT[column];
  if (!more) return undefined;
  const ofAll = report.kind === "requirements" || report.kind === "overview";
  const stood = report.stood_on ?? undefined;
  return persons({
    ...more,
    requirement: of.requirement ?? undefined,
    ...(ofAll && { enrolled: "now", from: undefined, to: undefined, term: undefined }),
    ...(stood && { as_of: stood }),
  });
}

/** Where the name of a row leads. */
export function rowPath(kind: Kind, of: Of | null | undefined, reading: Reading): string | undefined {
  const { place, values } = reading;
  const id = of?.id ?? undefined;
  const kept = Object.fromEntries(PERIOD.map((name) => [name, values[name]]));
  const ready = (to: Kind, more: Values) => reportPath(readyPath(to, ROOT[place]), { ...kept, ...more });
  switch (of?.sort) {
    case "session":
      return `/sessions/${id}`;
    case "person":
      return place === "base" ? undefined : `/persons/${id}`;
    case "activity":
      return `/activities/${id}`;
    case "edition":
    case "theme":
      return `/editions/${id}`;
    case "exception":
      return `/exceptions/${id}`;
    case "host":
      // Records without a host have none to go to.
      if (!id) return undefined;
      if (kind === "settlement") return ready("settlement", { host: id });
      return place === "school" ? undefined : ready("base", { host: id });
    case "school":
      return place === "district" && kind !== "results" ? ready("school", { school: id }) : undefined;
    case "class":
      return place === "base" ? undefined : ready("class", { class: id, school: values.school });
    default:
      return undefined;
  }
}

function path(report: Report, to: Opens, of: Of, reading: Reading): string | undefined {
  const { place, lists, values } = reading;
  // Of a school's own only the school and the district may ask.
  if (place === "base" && of.sort === "school") return undefined;
  const asked = { ...values, ...rowValues(report, of), ...to.more };
  const only = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, asked[name as keyof typeof asked] as string | undefined]));
  // These lists know days, and no terms.
  const period = { from: report.period.from ?? undefined, to: report.period.to ?? undefined };
  switch (to.list) {
    case "persons":
      return lists && place !== "base" ? reportPath(`${ROOT[place]}/persons`, only(LISTS.persons)) : undefined;
    case "records":
      return lists ? reportPath(`${ROOT[place]}/records`, only(LISTS.records)) : undefined;
    case "results":
      return place === "district" && asked.class === undefined && asked.grade === undefined
        ? reportPath("/district/results", { ...only(LISTS.results), state: "verified", ...period })
        : undefined;
    case "exceptions":
      // What stood at a past moment has gone on since.
      return place === "district" && !values.as_of
        ? reportPath("/exceptions", { ...only(LISTS.exceptions), ...period })
        : undefined;
    case "edition":
      return `/editions/${of.id ?? ""}`;
    default:
      // Names are told of one host or school at a time.
      if (to.list === report.kind && !("names" in to) && of.sort !== "host") return undefined;
      if (!asked.host && !asked.school) return undefined;
      return reportPath(readyPath(to.list, ROOT[place]), {
        ...only([...PERIOD, "host", "school"]),
        ...("names" in to && { detail: "true" }),
      });
  }
}

/** What sets the row apart, as filters of lists. */
function rowValues(report: Report, of: Of): Values {
  const id = of.id ?? undefined;
  const word = of.word ?? undefined;
  switch (of.sort) {
    case "host":
      return { host: id ?? word };
    case "school":
      return { school: id };
    case "class":
      return { class: id };
    case "grade":
      return { grade: of.grade === null || of.grade === undefined ? undefined : String(of.grade) };
    case "sex":
      return { sex: word };
    case "attribute":
      return { attribute: word, value: of.value ?? undefined };
    case "category":
      return { category: word };
    case "rule":
      return { rule: word };
    case "edition":
      return { edition: id };
    case "theme":
      return { edition: id, theme: word };
    case "level":
      return { level: of.level ?? undefined };
    case "competition":
      return { competition: id };
    case "cause":
      return { kind: word };
    case "month":
      return of.month ? within(of.month, report) : {};
    default:
      return {};
  }
}

/** The days of a month that are of the report's period. */
function within(month: string, { period }: Report): Values {
  const [year = 0, number = 0] = month.split("-").map(Number);
  const last = `${month.slice(0, 8)}${new Date(Date.UTC(year, number, 0)).getUTCDate()}`;
  const later = (a: string, b: string) => (a > b ? a : b);
  const earlier = (a: string, b: string) => (a < b ? a : b);
  return { from: later(month, period.from ?? month), to: earlier(last, period.to ?? last), term: undefined };
}
