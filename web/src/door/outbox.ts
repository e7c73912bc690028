import { isProblem } from "@/api/problem";
import type { DoorApi, ScanItem } from "./api";
import { type ClockCheck, measured } from "./clock";
import { thisDevice } from "./device";
import { encodeBase64Url } from "./bytes";
import { type DoorStore, keep, settle, type StoredScan } from "./store";
import { wipe } from "./wipe";

// Sends what waits. Our own, because iOS, Safari and Firefox have no Background Sync: on start, when the line is back, when
// the page is seen again, every so often, and by a button. A scan leaves the outbox by the service's verdict alone.

export const BATCH = 100;
const TIMER = 15_000;
const SOON = 1500;
const LONGEST_WAIT = 60_000;
/** How old the list may be while the door is open; with many passes it is large, and is asked for less often. */
const FRESH = 60_000;
const FRESH_LARGE = 10 * 60_000;
const LARGE = 2000;
const LOCK = "kepu-door-outbox";

export type Trouble = "network" | "signed_out" | "forbidden" | "server" | "refused";

export interface OutboxState {
  busy: boolean;
  trouble: Trouble | undefined;
  lastSent: number | undefined;
}

interface Options {
  store: DoorStore;
  api: DoorApi;
  now?: () => number;
  random?: () => number;
  locks?: LockManager | undefined;
}

export class Outbox {
  readonly #store: DoorStore;
  readonly #api: DoorApi;
  readonly #now: () => number;
  readonly #random: () => number;
  readonly #locks: LockManager | undefined;
  readonly #listeners = new Set<() => void>();
  /** Sessions whose door is open on this page: their lists are kept fresh. */
  readonly #open = new Set<string>();
  #state: OutboxState = { busy: false, trouble: undefined, lastSent: undefined };
  #running: Promise<void> | undefined;
  #failures = 0;
  #notBefore = 0;
  #nudged: ReturnType<typeof setTimeout> | undefined;

  constructor({ store, api, now = Date.now, random = Math.random, locks = globalThis.navigator?.locks }: Options) {
    this.#store = store;
    this.#api = api;
    this.#now = now;
    this.#random = random;
    this.#locks = locks;
  }

  subscribe = (listener: () => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };
  state = () => this.#state;

  /** Keeps sending until the returned function is called. */
  start(session?: string): () => void {
    if (session !== undefined) this.#open.add(session);
    const soon = () => void this.flush(true);
    const seen = () => {
      if (document.visibilityState === "visible") soon();
    };
    const timer = setInterval(() => void this.flush(false), TIMER);
    addEventListener("online", soon);
    document.addEventListener("visibilitychange", seen);
    soon();
    return () => {
      if (session !== undefined) this.#open.delete(session);
      clearInterval(timer);
      removeEventListener("online", soon);
      document.removeEventListener("visibilitychange", seen);
    };
  }

  /** After a scan: soon, but several in a row go together. */
  nudge() {
    if (this.#nudged !== undefined) return;
    this.#nudged = setTimeout(() => {
      this.#nudged = undefined;
      void this.flush(false);
    }, SOON);
  }

  /** `eager`: something says that it may work now, so do not wait out the last failure. `again`: also what got stuck. */
  flush(eager: boolean, again = false): Promise<void> {
    if (!eager && this.#now() < this.#notBefore) return Promise.resolve();
    this.#running ??= this.#alone(again).finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  /** One tab sends at a time: two would only send the same twice. */
  async #alone(again: boolean): Promise<void> {
    if (!this.#locks) return this.#all(again);
    await this.#locks.request(LOCK, { ifAvailable: true }, (lock) => (lock ? this.#all(again) : undefined));
  }

  async #all(again: boolean): Promise<void> {
    this.#set({ busy: true });
    try {
      const tried = new Set<string>();
      if (again) await this.#store.scans.where("state").equals("waiting").modify((scan: StoredScan) => void delete scan.stuck);
      const closedTo = new Set<string>();
      const refused = (await this.#sendScans(tried, closedTo)) + (await this.#sendFiles(again));
      await this.#refreshLists(closedTo);
      await wipe(this.#store, this.#now());
      this.#failures = 0;
      this.#notBefore = 0;
      this.#set({ trouble: closedTo.size > 0 ? "forbidden" : refused > 0 ? "refused" : undefined });
    } catch (error) {
      this.#failures += 1;
      const wait = Math.min(LONGEST_WAIT, 2 ** this.#failures * 1000) * (0.5 + this.#random() / 2);
      const asked = isProblem(error) ? (error.retryAfter ?? 0) * 1000 : 0;
      this.#notBefore = this.#now() + Math.max(wait, asked);
      this.#set({ trouble: troubleOf(error) });
    } finally {
      this.#set({ busy: false });
    }
  }

  async #sendScans(tried: Set<string>, closedTo: Set<string>): Promise<number> {
    let refused = 0;
    for (;;) {
      // Each batch waits for the verdicts on the one before.
      // oxlint-disable-next-line no-await-in-loop
      const waiting = await this.#store.scans
        .where("state")
        .equals("waiting")
        .and((scan) => scan.stuck === undefined && !tried.has(scan.id) && !closedTo.has(scan.session_id))
        .sortBy("id");
      const [first] = waiting;
      if (!first) return refused;
      const batch = waiting
        .filter((scan) => scan.session_id === first.session_id && scan.device_id === first.device_id)
        .slice(0, BATCH);
      for (const scan of batch) tried.add(scan.id);
      try {
        // oxlint-disable-next-line no-await-in-loop
        refused += await this.#send(batch);
      } catch (error) {
        // This account may not send for this session; the scans of others shall not wait for that.
        if (!isProblem(error) || ![403, 404].includes(error.status)) throw error;
        closedTo.add(first.session_id);
      }
    }
  }

  /** The number of scans that the service would not take. A batch that it refuses as a whole is halved until those are found. */
  async #send(batch: StoredScan[]): Promise<number> {
    const [first] = batch;
    if (!first) return 0;
    const kept = await this.#store.sessions.get(first.session_id);
    try {
      const { answer, clock } = await measured(
        () => this.#api.send(first.session_id, { device_id: first.device_id, scans: batch.map(item) }, kept?.district_id ?? ""),
        this.#now,
      );
      await settle(this.#store, first.session_id, answer.verdicts, clock);
      this.#set({ lastSent: this.#now() });
      return 0;
    } catch (error) {
      if (!isProblem(error) || ![400, 409, 413, 422].includes(error.status)) throw error;
      if (batch.length === 1) {
        await this.#store.scans.update(first.id, { stuck: { code: error.code, detail: error.detail } });
        return 1;
      }
      const half = Math.ceil(batch.length / 2);
      return (await this.#send(batch.slice(0, half))) + (await this.#send(batch.slice(half)));
    }
  }

  async #sendFiles(again: boolean): Promise<number> {
    const files = await this.#store.files.where("state").anyOf(again ? ["waiting", "stuck"] : ["waiting"]).toArray();
    let refused = 0;
    for (const { id, session_id, payload, signature, district_id } of files) {
      try {
        // oxlint-disable-next-line no-await-in-loop
        const answer = await this.#api.importFile(session_id, { payload, signature }, district_id);
        // oxlint-disable-next-line no-await-in-loop
        await this.#store.files.update(id, { state: "answered" });
        // oxlint-disable-next-line no-await-in-loop
        await settle(this.#store, session_id, answer.verdicts, undefined);
      } catch (error) {
        if (!isProblem(error) || ![400, 403, 404, 409, 413, 422].includes(error.status)) throw error;
        // oxlint-disable-next-line no-await-in-loop
        await this.#store.files.update(id, { state: "stuck", detail: error.detail });
        refused += 1;
      }
    }
    return refused;
  }

  /** What other devices at the gate have sent comes back with the list. */
  async #refreshLists(closedTo: Set<string>): Promise<void> {
    for (const id of this.#open) {
      if (closedTo.has(id)) continue;
      // oxlint-disable-next-line no-await-in-loop
      const kept = await this.#store.sessions.get(id);
      // oxlint-disable-next-line no-await-in-loop
      const passes = await this.#store.passes.get(id);
      const fresh = (passes?.list.length ?? 0) > LARGE ? FRESH_LARGE : FRESH;
      if (!kept || kept.wipedAt !== undefined || this.#now() - kept.fetchedAt < fresh) continue;
      // oxlint-disable-next-line no-await-in-loop
      await openDoor(this.#store, this.#api, id, kept.district_id, this.#now);
    }
  }

  #set(next: Partial<OutboxState>) {
    this.#state = { ...this.#state, ...next };
    for (const listener of this.#listeners) listener();
  }
}

/** Downloads a session: who is expected, keys, revocations. Also measures the clock. */
export async function openDoor(
  store: DoorStore,
  api: DoorApi,
  session: string,
  district: string | undefined,
  now: () => number = Date.now,
): Promise<ClockCheck | undefined> {
  const device = await thisDevice(store);
  const { answer, clock } = await measured(
    () =>
      api.open(
        session,
        {
          device_id: device.id,
          device_name: device.name,
          device_key: encodeBase64Url(device.public),
          device_time: new Date(now()).toISOString(),
        },
        district,
      ),
    now,
  );
  await keep(store, answer, clock, now());
  return clock;
}

export function item({ id, scanned_at, clock_offset_ms, direction, method, pass, person_id, code }: StoredScan): ScanItem {
  return { id, scanned_at, clock_offset_ms, direction, method, pass, person_id, code };
}

function troubleOf(error: unknown): Trouble {
  if (!isProblem(error)) return "server";
  if (error.status === 0) return "network";
  if (error.status === 401) return "signed_out";
  return error.status === 403 ? "forbidden" : "server";
}
