import { liveQuery } from "dexie";
import type { DoorGuest } from "./api";
import { corrected } from "./clock";
import { newScanId, thisDevice } from "./device";
import { type Direction, flagsOf, fold, type Folded, type Judged, type Method, type Scan, standing, verdictOf } from "./fold";
import { isExpected, type Knowledge, knowledgeOf, lookUp, readScan, toldOf } from "./knowledge";
import type { DoorStore, StoredScan } from "./store";

export type Input = { pass: string } | { person: string; method: "hand" | "class" };

/** What stands on the screen after a scan. */
export interface Answer extends Judged {
  id: string;
  direction: Direction;
  at: number;
  name: string | undefined;
  className: string | undefined;
  grade: number | undefined;
  /** The session of another door on this device in which the pass is expected. */
  elsewhere?: string | undefined;
}

export interface Row extends Answer {
  method: Method;
  state: StoredScan["state"];
  stuck: boolean;
  /** The service decided otherwise than the gate was told. */
  changed: boolean;
}

export interface Snapshot {
  inside: number;
  came: number;
  expected: number;
  waiting: number;
  /** The list was erased: the host has closed the session, or its time is over. */
  wiped: boolean;
  /** Newest first. */
  rows: Row[];
  guests: { guest: DoorGuest; folded: Folded }[];
}

/** Pictures may hold any text; the service takes no more than this. */
const LONGEST = 1000;
const EMPTY: Folded = { verdicts: new Map(), inside: false, came: false, inAt: undefined, outAt: undefined };

/** The door of one session on this device: what is known, what was scanned, and the answer to the next scan. */
export class Door {
  readonly #store: DoorStore;
  readonly #session: string;
  readonly #device: string;
  readonly #now: () => number;
  readonly #scans = new Map<string, StoredScan>();
  readonly #folded = new Map<string, Folded>();
  readonly #listeners = new Set<() => void>();
  #known: Knowledge;
  #snapshot: Snapshot;
  #wiped = false;
  #stops: (() => void)[] = [];

  private constructor(store: DoorStore, known: Knowledge, scans: StoredScan[], device: string, now: () => number) {
    this.#store = store;
    this.#known = known;
    this.#session = known.kept.id;
    this.#device = device;
    this.#now = now;
    for (const scan of scans) this.#scans.set(scan.id, scan);
    this.#foldAll();
    this.#snapshot = this.#picture();
  }

  /** Undefined if the session is not kept on this device. */
  static async open(store: DoorStore, session: string, now: () => number = Date.now): Promise<Door | undefined> {
    const known = await load(store, session);
    if (!known) return undefined;
    const scans = await store.scans.where("session_id").equals(session).toArray();
    const device = await thisDevice(store);
    return new Door(store, known, scans, device.id, now);
  }

  /** Follows what other tabs and the outbox change, until `stop`. */
  follow(): () => void {
    const lists = liveQuery(() => load(this.#store, this.#session)).subscribe({
      next: (known) => {
        this.#wiped = !known || known.kept.wipedAt !== undefined;
        if (known) this.#known = known;
        this.#foldAll();
        this.#tell();
      },
    });
    const scans = liveQuery(() => this.#store.scans.where("session_id").equals(this.#session).toArray()).subscribe({
      next: (rows) => {
        const there = new Set(rows.map((row) => row.id));
        // A scan of this moment may be put in here before this reading began: only take away what was told to be gone.
        for (const [id, scan] of this.#scans) if (!there.has(id) && scan.state === "answered") this.#scans.delete(id);
        for (const row of rows) this.#scans.set(row.id, row);
        this.#foldAll();
        this.#tell();
      },
    });
    this.#stops = [() => lists.unsubscribe(), () => scans.unsubscribe()];
    return () => {
      for (const stop of this.#stops) stop();
      this.#stops = [];
    };
  }

  subscribe = (listener: () => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };
  snapshot = () => this.#snapshot;
  get known() {
    return this.#known;
  }

  /** The service's time, as far as this device knows. */
  time(): number {
    return corrected(this.#now(), this.#known.kept.clock?.offset);
  }

  /** Judges a scan and stores it; the answer comes once it is stored. */
  async record(input: Input, direction: Direction): Promise<Answer> {
    const [answer] = await this.recordAll([input], direction);
    if (!answer) throw new Error("a scan without an answer");
    return answer;
  }

  /** Several at once, e.g. a class: stored together or not at all. */
  async recordAll(inputs: readonly Input[], direction: Direction): Promise<Answer[]> {
    const made = inputs.map((input) => this.#make(input, direction));
    try {
      await this.#store.scans.bulkAdd(made);
    } catch (error) {
      this.#foldAll();
      throw error;
    }
    for (const scan of made) this.#scans.set(scan.id, scan);
    const answers = made.map((scan) => this.#answerOf(scan));
    this.#tell();
    for (const answer of answers)
      if (answer.reason === "not_on_list" || answer.reason === "unknown_person") {
        // oxlint-disable-next-line no-await-in-loop
        answer.elsewhere = await this.#elsewhere(answer.id);
      }
    return answers;
  }

  #make(input: Input, direction: Direction): StoredScan {
    const scan = {
      id: newScanId(),
      session_id: this.#session,
      device_id: this.#device,
      state: "waiting" as const,
      scanned_at: new Date(this.#now()).toISOString(),
      clock_offset_ms: this.#known.kept.clock?.offset ?? null,
      direction,
      method: "pass" in input ? ("pass" as const) : input.method,
      pass: "pass" in input ? input.pass.slice(0, LONGEST) : null,
      person_id: "pass" in input ? null : input.person,
      code: null,
    };
    const read = readScan(this.#known, scan);
    const stored: StoredScan = { ...scan, read, shown: "in" };
    stored.shown = this.#judge(stored).reason;
    return stored;
  }

  /** Judges one scan among all others of its person. */
  #judge(scan: StoredScan): Judged {
    const one = this.#scanOf(scan);
    if (!("person" in one.found)) {
      const reason = standing(this.#known.terms, one) ?? "unreadable";
      return { reason, verdict: verdictOf(reason), flags: flagsOf(one) };
    }
    const { person } = one.found;
    const others = [...this.#scans.values()].filter((other) => other.id !== scan.id && other.state === "waiting");
    const folded = this.#foldPerson(person, [...others, scan]);
    this.#folded.set(person, folded);
    const judged = folded.verdicts.get(scan.id);
    if (!judged) throw new Error("a scan without a verdict");
    return judged;
  }

  #scanOf(scan: StoredScan): Scan {
    const at = corrected(Date.parse(scan.scanned_at), scan.clock_offset_ms);
    return {
      id: scan.id,
      at,
      receivedAt: this.time(),
      offset: scan.clock_offset_ms,
      direction: scan.direction,
      method: scan.method,
      found: lookUp(this.#known, scan.read),
    };
  }

  #foldPerson(person: string, rows: StoredScan[]): Folded {
    const scans = rows.map((row) => this.#scanOf(row)).filter(({ found }) => "person" in found && found.person === person);
    return fold(this.#known.terms, scans, toldOf(this.#known.guests.get(person)));
  }

  #foldAll() {
    this.#folded.clear();
    const byPerson = new Map<string, StoredScan[]>();
    for (const scan of this.#scans.values()) {
      const found = lookUp(this.#known, scan.read);
      // What the service has answered is in the list's times already.
      if (scan.state === "waiting" && "person" in found)
        byPerson.set(found.person, [...(byPerson.get(found.person) ?? []), scan]);
    }
    for (const person of new Set([...this.#known.guests.keys(), ...byPerson.keys()]))
      this.#folded.set(person, this.#foldPerson(person, byPerson.get(person) ?? []));
  }

  #answerOf(scan: StoredScan): Answer {
    const one = this.#scanOf(scan);
    const person = "person" in one.found ? one.found.person : undefined;
    const guest = person === undefined ? undefined : this.#known.guests.get(person);
    const own = person === undefined ? undefined : this.#folded.get(person)?.verdicts.get(scan.id);
    const base = { id: scan.id, direction: scan.direction, at: one.at, name: guest?.name, className: guest?.class_name ?? undefined, grade: guest?.grade ?? undefined };
    const { verdict } = scan;
    if (verdict) {
      const reason = verdict.reason as Judged["reason"];
      const earlier = reason === "already_in" ? verdict.in_at : reason === "already_out" ? verdict.out_at : undefined;
      return {
        ...base,
        reason,
        verdict: verdict.verdict as Judged["verdict"],
        flags: verdict.flags,
        at: Date.parse(verdict.at),
        name: base.name ?? verdict.name ?? undefined,
        className: base.className ?? verdict.class_name ?? undefined,
        ...(earlier && { since: Date.parse(earlier) }),
      };
    }
    if (own) return { ...base, ...own };
    const reason = standing(this.#known.terms, one) ?? "unreadable";
    return { ...base, reason, verdict: verdictOf(reason), flags: flagsOf(one) };
  }

  /** Another session kept here that expects this pass: guides of a camp have several doors on one phone. */
  async #elsewhere(id: string): Promise<string | undefined> {
    const read = this.#scans.get(id)?.read;
    if (!read || !("number" in read)) return undefined;
    const rosters = await this.#store.rosters.toArray();
    return rosters.find((roster) => roster.id !== this.#session && roster.guests.some((guest) => guest.number === read.number))?.id;
  }

  #picture(): Snapshot {
    const scans = [...this.#scans.values()].toSorted((a, b) => (a.id < b.id ? 1 : -1));
    let inside = 0;
    let came = 0;
    for (const folded of this.#folded.values()) {
      if (folded.inside) inside += 1;
      if (folded.came) came += 1;
    }
    const guests = [...this.#known.guests.values()].map((guest) => ({ guest, folded: this.#folded.get(guest.person_id) ?? EMPTY }));
    return {
      wiped: this.#wiped,
      inside,
      came,
      expected: guests.filter(({ guest }) => isExpected(guest)).length,
      waiting: scans.filter((scan) => scan.state === "waiting").length,
      rows: scans.slice(0, 100).map((scan) => ({
        ...this.#answerOf(scan),
        method: scan.method,
        state: scan.state,
        stuck: scan.stuck !== undefined,
        changed: scan.verdict !== undefined && scan.verdict.verdict !== verdictOf(scan.shown),
      })),
      guests,
    };
  }

  #tell() {
    this.#snapshot = this.#picture();
    for (const listener of this.#listeners) listener();
  }
}

async function load(store: DoorStore, session: string): Promise<Knowledge | undefined> {
  return store.transaction("r", store.sessions, store.rosters, store.passes, async () => {
    const kept = await store.sessions.get(session);
    if (!kept) return undefined;
    const roster = await store.rosters.get(session);
    const passes = await store.passes.get(session);
    return knowledgeOf(kept, roster?.guests ?? [], passes?.list ?? []);
  });
}
