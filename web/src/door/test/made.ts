// What the tests of the door are made of. Nobody in it exists.

import { ed25519 } from "@noble/curves/ed25519.js";
import type { DoorBundle, DoorGuest, ScanItem, ScansAnswer, VerdictView } from "../api";
import { encodeBase64Url } from "../bytes";
import { type Direction, fold, type Scan } from "../fold";
import { knowledgeOf, lookUp, readScan } from "../knowledge";
import { signPass } from "../pass";

export const DISTRICT = "018f0000-0000-7000-8000-0000000000d1";
export const SESSION = "018f0000-0000-7000-8000-0000000000a1";
export const KEY = new Uint8Array(32).fill(7);
export const START = Date.parse("2026-06-01T01:00:00Z");
export const END = START + 2 * 3600_000;

export const passOf = (number: number, issue = 1, district = DISTRICT, secret = KEY) =>
  signPass({ key: 1, district, number: String(number), issue }, secret);

export const personOf = (at: number) => `018f0000-0000-7000-8000-${String(1000 + at).padStart(12, "0")}`;

export function guestOf(at: number, more: Partial<DoorGuest> = {}): DoorGuest {
  return {
    person_id: personOf(at),
    participation_id: `018f0000-0000-7000-8000-${String(5000 + at).padStart(12, "0")}`,
    number: String(100_000 + at),
    issue: 1,
    name: `Pupil ${at}`,
    class_id: `018f0000-0000-7000-8000-${String(9000 + Math.floor(at / 40)).padStart(12, "0")}`,
    class_name: String(1 + Math.floor(at / 40)),
    school_name: "School",
    state: "registered",
    ...more,
  };
}

export function bundleOf(count: number, more: Partial<DoorBundle["session"]> = {}, now = START): DoorBundle {
  return {
    server_time: new Date(now).toISOString(),
    session: {
      id: SESSION,
      activity_title_zh: "Robots",
      activity_title_en: "Robots",
      kind: "practice",
      host_id: "018f0000-0000-7000-8000-0000000000b1",
      host_name_zh: "Museum",
      host_name_en: "Museum",
      place: "Lab",
      starts_at: new Date(START).toISOString(),
      ends_at: new Date(END).toISOString(),
      doors_open_at: new Date(START - 2 * 3600_000).toISOString(),
      mode: "in_out",
      walk_ins: false,
      capacity: null,
      status: "open",
      closed_at: null,
      ...more,
    },
    district_id: DISTRICT,
    keys: [{ number: 1, public_key: encodeBase64Url(ed25519.getPublicKey(KEY)) }],
    code: { secret: encodeBase64Url(new Uint8Array(20).fill(9)), step_seconds: 30 },
    roster: Array.from({ length: count }, (_, at) => guestOf(at)),
    passes: [],
    wipe_after: new Date(END + 7 * 24 * 3600_000).toISOString(),
  };
}

/** A service that folds what it was sent, as the real one does. */
export class MadeService {
  readonly scans = new Map<string, ScanItem>();
  /** How often each id arrived. */
  readonly arrivals = new Map<string, number>();
  /** How many scans each request carried. */
  readonly requests: number[] = [];
  /** Throws instead of answering, before or after taking what was sent. */
  fail: ((when: "before" | "after", scans: ScanItem[]) => void) | undefined;
  readonly bundle: DoorBundle;
  now: () => number;

  constructor(bundle: DoorBundle, now: () => number = () => START) {
    this.bundle = bundle;
    this.now = now;
  }

  open = async (): Promise<DoorBundle> => {
    const folded = this.#fold();
    const at = (ms: number | undefined) => (ms === undefined ? null : new Date(ms).toISOString());
    const roster = this.bundle.roster.map((guest) => {
      const one = folded.people.get(guest.person_id);
      return { ...guest, in_at: at(one?.inAt), out_at: at(one?.outAt) };
    });
    return { ...this.bundle, server_time: new Date(this.now()).toISOString(), roster };
  };

  send = async (_session: string, { scans }: { scans: ScanItem[] }): Promise<ScansAnswer> => {
    this.requests.push(scans.length);
    this.fail?.("before", scans);
    for (const scan of scans) {
      this.scans.set(scan.id, scan);
      this.arrivals.set(scan.id, (this.arrivals.get(scan.id) ?? 0) + 1);
    }
    this.fail?.("after", scans);
    const { verdicts } = this.#fold();
    const told = scans.flatMap((scan) => verdicts.get(scan.id) ?? []);
    const count = (verdict: string) => told.filter((one) => one.verdict === verdict).length;
    return {
      session_id: SESSION,
      server_time: new Date(this.now()).toISOString(),
      accepted: count("accepted"),
      duplicates: count("duplicate_of"),
      needs_review: count("needs_review"),
      refused: count("refused"),
      conflicts: 0,
      verdicts: told,
    };
  };

  importFile = (session: string, { payload }: { payload: string }) =>
    this.send(session, JSON.parse(payload) as { scans: ScanItem[] });

  verdict = (id: string) => this.#fold().verdicts.get(id);

  #fold() {
    const { roster, passes, keys, code, ...rest } = this.bundle;
    const known = knowledgeOf({ ...rest, id: SESSION, keys, code, clock: undefined, fetchedAt: 0 }, roster, passes);
    const byPerson = new Map<string, Scan[]>();
    for (const item of this.scans.values()) {
      const found = lookUp(known, readScan(known, item));
      const at = Date.parse(item.scanned_at) + (item.clock_offset_ms ?? 0);
      const scan = { id: item.id, at, receivedAt: at, offset: item.clock_offset_ms, direction: item.direction, method: item.method, found };
      const person = "person" in found ? found.person : item.id;
      byPerson.set(person, [...(byPerson.get(person) ?? []), scan]);
    }
    const verdicts = new Map<string, VerdictView>();
    const people = new Map([...byPerson].map(([person, scans]) => [person, fold(known.terms, scans)]));
    for (const [person, { verdicts: told, inAt, outAt }] of people)
      for (const [id, { verdict, reason, flags, duplicateOf }] of told)
        verdicts.set(id, {
          scan_id: id,
          verdict,
          reason,
          flags,
          duplicate_of: duplicateOf ?? null,
          at: new Date(byPerson.get(person)?.find((scan) => scan.id === id)?.at ?? 0).toISOString(),
          person_id: known.guests.has(person) ? person : null,
          in_at: inAt === undefined ? null : new Date(inAt).toISOString(),
          out_at: outAt === undefined ? null : new Date(outAt).toISOString(),
        });
    return { verdicts, people };
  }
}

export const item = (id: string, direction: Direction, at: number, person = personOf(0)): ScanItem => ({
  id,
  scanned_at: new Date(at).toISOString(),
  clock_offset_ms: 0,
  direction,
  method: "hand",
  pass: null,
  person_id: person,
  code: null,
});
