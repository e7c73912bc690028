import type { DoorGuest, DoorPass, ScanItem } from "./api";
import { decodeBase64Url } from "./bytes";
import { corrected } from "./clock";
import type { Listed, Scan, Terms, Told } from "./fold";
import { type Keys, keysOf, type Read, readPass } from "./pass";
import { codeHolds, type CodeSource } from "./rotatingCode";
import type { Kept } from "./store";

/** All that this device knows of a session, in the shape in which a scan asks for it. */
export interface Knowledge {
  kept: Kept;
  terms: Terms;
  keys: Keys;
  code: CodeSource | undefined;
  guests: ReadonlyMap<string, DoorGuest>;
  byNumber: ReadonlyMap<string, { person: string; issue: number | null }>;
  /** Who may not come in without having been registered. */
  barred: ReadonlySet<string>;
}

export function knowledgeOf(kept: Kept, guests: readonly DoorGuest[], passes: readonly DoorPass[]): Knowledge {
  const { session, code } = kept;
  const byNumber = new Map<string, { person: string; issue: number | null }>();
  for (const { number, issue, person_id } of passes) byNumber.set(number, { person: person_id, issue });
  for (const { number, issue, person_id } of guests)
    if (number) byNumber.set(number, { person: person_id, issue: issue ?? null });
  return {
    kept,
    terms: {
      startsAt: Date.parse(session.starts_at),
      endsAt: Date.parse(session.ends_at),
      mode: session.mode,
      walkIns: session.walk_ins,
      cancelled: session.status === "cancelled",
      closedAt: session.closed_at ? Date.parse(session.closed_at) : undefined,
    },
    keys: keysOf(kept.keys),
    code: code && { secret: decodeBase64Url(code.secret), sessionId: session.id, stepSeconds: code.step_seconds },
    guests: new Map(guests.map((guest) => [guest.person_id, guest])),
    byNumber,
    barred: new Set([...guests, ...passes].filter((one) => one.barred).map((one) => one.person_id)),
  };
}

/** What was scanned: a signature or a code is checked here, once. */
export function readScan(
  known: Knowledge,
  scan: Pick<ScanItem, "pass" | "person_id" | "code" | "scanned_at" | "clock_offset_ms">,
): Read | { person: string } | { reason: "bad_code" } {
  if (scan.pass !== null) return readPass(scan.pass, known.kept.district_id, known.keys);
  if (scan.code !== null) {
    const at = corrected(Date.parse(scan.scanned_at), scan.clock_offset_ms);
    if (!known.code || !codeHolds(known.code, scan.code, at)) return { reason: "bad_code" };
  }
  return { person: scan.person_id ?? "" };
}

/** Whom that leads to. Cheap, so it is asked again whenever the list changes. */
export function lookUp(known: Knowledge, read: ReturnType<typeof readScan>): Scan["found"] {
  if ("reason" in read) return read;
  if ("person" in read) return { ...standingOf(known, read.person), revoked: false };
  const holder = known.byNumber.get(read.number);
  // The district signed this number: without walk-ins only the passes of the list are here, so that is all one can say.
  if (!holder) return { reason: known.terms.walkIns ? "unknown_person" : "not_on_list" };
  return { ...standingOf(known, holder.person), revoked: holder.issue !== null && holder.issue !== read.issue };
}

const standingOf = (known: Knowledge, person: string) => ({
  person,
  listed: listedOf(known.guests.get(person)),
  barred: known.barred.has(person),
});

function listedOf(guest: DoorGuest | undefined): Listed {
  if (!guest || guest.state === "walk_in") return "no";
  return guest.state === "waitlisted" || guest.state === "withdrawn" ? guest.state : "yes";
}

export const isExpected = (guest: DoorGuest) => listedOf(guest) === "yes" && guest.state !== "rejected" && guest.state !== "voided";

export function toldOf(guest: DoorGuest | undefined): Told {
  return {
    inAt: guest?.in_at ? Date.parse(guest.in_at) : undefined,
    outAt: guest?.out_at ? Date.parse(guest.out_at) : undefined,
  };
}
