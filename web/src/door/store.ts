import { Dexie, type EntityTable } from "dexie";
import type { DoorBundle, DoorGuest, DoorPass, ScanItem, VerdictView } from "./api";
import type { ClockCheck } from "./clock";
import type { Reason } from "./fold";
import type { Read } from "./pass";

/** This device: made once, and kept until the browser's data is cleared. */
export interface Device {
  key: "self";
  id: string;
  name: string;
  /** Signs files of scans; never leaves the device. */
  secret: Uint8Array;
  public: Uint8Array;
}

/** A session whose door was opened here. What can be forgotten is gone once it is wiped. */
export interface Kept extends Pick<DoorBundle, "session" | "district_id" | "wipe_after"> {
  id: string;
  keys: DoorBundle["keys"];
  code: DoorBundle["code"] | undefined;
  clock: ClockCheck | undefined;
  fetchedAt: number;
  wipedAt?: number;
}

export interface StoredScan extends ScanItem {
  session_id: string;
  device_id: string;
  state: "waiting" | "answered";
  /** What the device found in the pass, so that a signature is checked once. */
  read: Read | { person: string } | { reason: "bad_code" };
  /** The reason that was shown at the gate, in the fold's words. */
  shown: Reason;
  /** The service's own, which takes the place of the device's. */
  verdict?: VerdictView;
  /** The service would not take it as it is; it stays, and is tried again by hand. */
  stuck?: { code: string; detail: string };
}

/** A file of another device, to be handed on. */
export interface CarriedFile {
  id: string;
  session_id: string;
  district_id: string;
  payload: string;
  signature: string;
  count: number;
  state: "waiting" | "answered" | "stuck";
  detail?: string;
}

export class DoorStore extends Dexie {
  device!: EntityTable<Device, "key">;
  sessions!: EntityTable<Kept, "id">;
  rosters!: EntityTable<{ id: string; guests: DoorGuest[] }, "id">;
  passes!: EntityTable<{ id: string; list: DoorPass[] }, "id">;
  scans!: EntityTable<StoredScan, "id">;
  files!: EntityTable<CarriedFile, "id">;

  constructor(name = "kepu-door", options?: ConstructorParameters<typeof Dexie>[1]) {
    // Strict: an answer is shown once the scan would survive the battery.
    super(name, { chromeTransactionDurability: "strict", ...options });
    this.version(1).stores({
      device: "key",
      sessions: "id",
      rosters: "id",
      passes: "id",
      scans: "id, session_id, state, [session_id+state]",
      files: "id, session_id, state",
    });
  }
}

/** Puts away what the service sent; scans stay as they are. */
export async function keep(store: DoorStore, bundle: DoorBundle, clock: ClockCheck | undefined, now: number) {
  const { session, roster, passes, district_id, keys, code, wipe_after } = bundle;
  await store.transaction("rw", store.sessions, store.rosters, store.passes, async () => {
    const before = await store.sessions.get(session.id);
    await store.sessions.put({
      id: session.id,
      session,
      district_id,
      keys,
      code,
      wipe_after,
      clock: clock ?? before?.clock,
      fetchedAt: now,
    });
    await store.rosters.put({ id: session.id, guests: roster });
    await store.passes.put({ id: session.id, list: passes });
  });
}

/** What the service said about scans, and about the people in them. */
export async function settle(
  store: DoorStore,
  session: string,
  verdicts: readonly VerdictView[],
  clock: ClockCheck | undefined,
) {
  await store.transaction("rw", store.scans, store.rosters, store.sessions, async () => {
    const rows = await store.scans.bulkGet(verdicts.map((verdict) => verdict.scan_id));
    const answered = rows.flatMap((row, at) => {
      const verdict = verdicts[at];
      if (!row || !verdict) return [];
      const { stuck: _, ...rest } = row;
      return [{ ...rest, state: "answered" as const, verdict }];
    });
    await store.scans.bulkPut(answered);
    if (clock) await store.sessions.update(session, { clock });
    const roster = await store.rosters.get(session);
    if (!roster) return;
    const guests = new Map(roster.guests.map((guest) => [guest.person_id, guest]));
    for (const { person_id, in_at, out_at, name, class_name } of verdicts) {
      if (!person_id) continue;
      const guest = guests.get(person_id);
      if (guest) guests.set(person_id, { ...guest, in_at: in_at ?? null, out_at: out_at ?? null });
      else if (in_at && name)
        // A walk-in, who has a name here only now.
        guests.set(person_id, { person_id, participation_id: "", name, class_name: class_name ?? null, state: "walk_in", in_at, out_at: out_at ?? null });
    }
    await store.rosters.put({ id: session, guests: [...guests.values()] });
  });
}
