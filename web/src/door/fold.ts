// The same fold as in the service (kepu_domain::door), on what this device knows: it gives the answer at the gate, until the
// service's verdict takes its place. A function of the set of scans, so that two devices agree whatever came first.

export type Direction = "in" | "out";
export type Mode = "in" | "in_out";
export type Method = "pass" | "hand" | "class" | "code";
export type Verdict = "accepted" | "duplicate_of" | "needs_review" | "refused" | "conflict";

/** In order of precedence: the first that applies is told. */
export const REASONS = [
  "unreadable",
  "other_district",
  "bad_signature",
  "bad_code",
  "unknown_person",
  "revoked",
  "session_cancelled",
  "withdrawn",
  "not_on_list",
  "barred",
  "no_outs",
  "clock_implausible",
  "too_early",
  "after_end",
  "after_closing",
  "sent_late",
  "waitlisted",
  "out_without_in",
  "already_in",
  "already_out",
  "in",
  "out",
] as const;
export type Reason = (typeof REASONS)[number];

export function verdictOf(reason: Reason): Exclude<Verdict, "conflict"> {
  const at = REASONS.indexOf(reason);
  if (at <= REASONS.indexOf("no_outs")) return "refused";
  if (at <= REASONS.indexOf("out_without_in")) return "needs_review";
  return reason === "already_in" || reason === "already_out" ? "duplicate_of" : "accepted";
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DOORS = 2 * HOUR;
const LAST = { in: HOUR, out: 4 * HOUR };
const SENT_WITHIN = 7 * 24 * HOUR;
const AHEAD = 5 * MINUTE;
const CORRECTABLE = 24 * HOUR;
const CLOCK_TOLERANCE = 2 * MINUTE;
const PROMPT = 15 * MINUTE;

/** The session, as far as the door needs to know it. Times in milliseconds of the service's clock. */
export interface Terms {
  startsAt: number;
  endsAt: number;
  mode: Mode;
  walkIns: boolean;
  cancelled: boolean;
  closedAt: number | undefined;
}

/** How somebody stood in the session before the door saw anybody. */
export type Listed = "yes" | "waitlisted" | "withdrawn" | "no";

/** A scan, with what was found out about it alone. */
export interface Scan {
  id: string;
  /** Corrected, by the service's clock. */
  at: number;
  /** When it reaches the service; now, while it waits. */
  receivedAt: number;
  offset: number | null;
  direction: Direction;
  method: Method;
  /** What the pass, the code or the choice of a person led to. */
  found:
    | { person: string; listed: Listed; revoked: boolean; barred?: boolean }
    | { reason: "unreadable" | "other_district" | "bad_signature" | "bad_code" | "unknown_person" | "not_on_list" };
}

/** What the service has told already of a person: counts as happened, and gets no verdict. */
export interface Told {
  inAt: number | undefined;
  outAt: number | undefined;
}

export interface Judged {
  reason: Reason;
  verdict: Exclude<Verdict, "conflict">;
  /** The scan that says the same; undefined too where another device made it. */
  duplicateOf?: string | undefined;
  /** When the earlier one happened. */
  since?: number | undefined;
  flags: string[];
}

export interface Folded {
  verdicts: Map<string, Judged>;
  inside: boolean;
  came: boolean;
  inAt: number | undefined;
  outAt: number | undefined;
}

/** Why a scan does not count, whoever looks at it, or why somebody must look first. */
export function standing(terms: Terms, scan: Scan): Reason | undefined {
  if ("reason" in scan.found) {
    // A pass that holds, of a person whom this device does not know: only the list can be spoken of.
    if (scan.found.reason === "not_on_list" && terms.cancelled) return "session_cancelled";
    return scan.found.reason;
  }
  const { listed, revoked, barred } = scan.found;
  const last = LAST[scan.direction];
  const tests: [boolean, Reason][] = [
    [revoked, "revoked"],
    [terms.cancelled, "session_cancelled"],
    [listed === "withdrawn" && !terms.walkIns, "withdrawn"],
    [listed === "no" && !terms.walkIns, "not_on_list"],
    [barred === true && (listed === "no" || listed === "withdrawn"), "barred"],
    [terms.mode === "in" && scan.direction === "out", "no_outs"],
    [scan.at - scan.receivedAt > AHEAD || scan.at <= 0 || Math.abs(scan.offset ?? 0) > CORRECTABLE, "clock_implausible"],
    [terms.startsAt - scan.at > DOORS, "too_early"],
    [scan.at - terms.endsAt > last, "after_end"],
    [terms.closedAt !== undefined && Math.min(scan.at, scan.receivedAt) > terms.closedAt, "after_closing"],
    [scan.receivedAt - terms.endsAt > SENT_WITHIN, "sent_late"],
    [listed === "waitlisted", "waitlisted"],
  ];
  return tests.find(([applies]) => applies)?.[1];
}

export function flagsOf(scan: Scan): string[] {
  const flags: [boolean, string][] = [
    [scan.offset === null, "clock_unchecked"],
    [Math.abs(scan.offset ?? 0) > CLOCK_TOLERANCE, "clock_corrected"],
    [scan.receivedAt - scan.at > PROMPT, "late"],
    ["listed" in scan.found && (scan.found.listed === "no" || scan.found.listed === "withdrawn"), "walk_in"],
    [scan.method === "hand" || scan.method === "class", "by_hand"],
  ];
  return flags.filter(([applies]) => applies).map(([, flag]) => flag);
}

interface Step {
  id: string;
  at: number;
  direction: Direction;
  scan?: Scan;
}

/** The verdict on each scan of one person, and whether the person is inside. */
export function fold(terms: Terms, scans: readonly Scan[], told: Told = { inAt: undefined, outAt: undefined }): Folded {
  const steps: Step[] = scans.map((scan) => ({ id: scan.id, at: scan.at, direction: scan.direction, scan }));
  if (told.inAt !== undefined) steps.push({ id: "", at: told.inAt, direction: "in" });
  if (told.outAt !== undefined) steps.push({ id: "", at: told.outAt, direction: "out" });
  steps.sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));

  const verdicts = new Map<string, Judged>();
  let first: number | undefined;
  let came: Step | undefined;
  let left: Step | undefined;
  const judged = (reason: Reason, scan: Scan, earlier?: Step): Judged => ({
    reason,
    verdict: verdictOf(reason),
    flags: flagsOf(scan),
    ...(earlier && { duplicateOf: earlier.id || undefined, since: earlier.at }),
  });
  for (const step of steps) {
    const { scan } = step;
    const reason = scan && standing(terms, scan);
    if (scan && reason !== undefined) {
      verdicts.set(scan.id, judged(reason, scan));
      continue;
    }
    let said: Reason;
    let earlier: Step | undefined;
    if (step.direction === "in") {
      const again = came !== undefined && (left === undefined || terms.mode === "in");
      said = again ? "already_in" : "in";
      if (again) earlier = came;
      else {
        came = step;
        left = undefined;
        first ??= step.at;
      }
    } else if (!came) said = "out_without_in";
    else {
      said = left ? "already_out" : "out";
      if (left) earlier = left;
      else left = step;
    }
    if (scan) verdicts.set(scan.id, judged(said, scan, earlier));
  }
  return { verdicts, inside: came !== undefined && left === undefined, came: came !== undefined, inAt: first, outAt: left?.at };
}
