import "fake-indexeddb/auto";
import { IDBFactory } from "fake-indexeddb";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ProblemError } from "@/api/problem";
import { Door } from "./door";
import { carry, makeFile, readFile } from "./export";
import { openDoor, Outbox } from "./outbox";
import { DoorStore } from "./store";
import { bundleOf, END, MadeService, passOf, personOf, SESSION, START } from "./test/made";
import { wipe } from "./wipe";

const offline = () => {
  throw new ProblemError({ status: 0, code: "network" });
};
const stores: DoorStore[] = [];

/** A phone with a store of its own. */
async function phone(service: MadeService, factory = new IDBFactory()) {
  const store = new DoorStore("door", { indexedDB: factory, IDBKeyRange });
  stores.push(store);
  const clock = { now: START + 60_000 };
  service.now = () => clock.now;
  const now = () => (clock.now += 10);
  const outbox = new Outbox({ store, api: service, now, random: () => 1, locks: undefined });
  if (!(await store.sessions.get(SESSION))) await openDoor(store, service, SESSION, undefined, now);
  const door = await Door.open(store, SESSION, now);
  if (!door) throw new Error("no door");
  return { store, outbox, door, clock, factory };
}

let service: MadeService;
beforeEach(() => {
  service = new MadeService(bundleOf(200));
});
afterEach(() => {
  for (const store of stores.splice(0)) store.close();
});

describe("a line that breaks", () => {
  it("loses nothing and doubles nothing: 200 scans, closed and opened on the way", async () => {
    const first = await phone(service);
    for (let at = 0; at < 80; at += 1) await first.door.record({ pass: passOf(100_000 + at) }, "in");
    await first.outbox.flush(true);
    expect(service.scans.size).toBe(80);
    // The service took these, but its answer never came.
    service.fail = (when) => when === "after" && offline();
    for (let at = 80; at < 120; at += 1) await first.door.record({ pass: passOf(100_000 + at) }, "in");
    await first.outbox.flush(true);
    expect(first.outbox.state().trouble).toBe("network");
    service.fail = offline;
    for (let at = 120; at < 150; at += 1) await first.door.record({ pass: passOf(100_000 + at) }, "in");
    first.store.close();

    const again = await phone(service, first.factory);
    expect(again.door.snapshot()).toMatchObject({ inside: 150, waiting: 70, expected: 200 });
    for (let at = 150; at < 200; at += 1) await again.door.record({ pass: passOf(100_000 + at) }, "in");
    await again.outbox.flush(true);
    expect(await again.store.scans.where("state").equals("waiting").count()).toBe(120);
    service.fail = undefined;
    await again.outbox.flush(true);
    expect(await again.store.scans.where("state").equals("waiting").count()).toBe(0);
    expect(service.scans.size).toBe(200);
    expect(Math.max(...service.requests)).toBeLessThanOrEqual(100);
    const rows = await again.store.scans.toArray();
    expect(rows.map((row) => row.verdict?.reason)).toEqual(Array.from({ length: 200 }, () => "in"));
  });

  it("waits longer each time, and not when something says that it may work", async () => {
    const { door, outbox, clock } = await phone(service);
    service.fail = offline;
    await door.record({ person: personOf(1), method: "hand" }, "in");
    await outbox.flush(false);
    await outbox.flush(false);
    expect(service.requests.length).toBe(1);
    await outbox.flush(true);
    expect(service.requests.length).toBe(2);
    clock.now += 2500;
    await outbox.flush(false);
    expect(service.requests.length).toBe(2);
    clock.now += 2500;
    await outbox.flush(false);
    expect(service.requests.length).toBe(3);
  });

  it("asks for a sign-in and keeps the scans", async () => {
    const { door, outbox, store } = await phone(service);
    service.fail = () => {
      throw new ProblemError({ status: 401, code: "unauthorized" });
    };
    await door.record({ person: personOf(1), method: "hand" }, "in");
    await outbox.flush(true);
    expect(outbox.state().trouble).toBe("signed_out");
    expect(await store.scans.where("state").equals("waiting").count()).toBe(1);
  });

  it("finds the scan that the service will not take, sends the others, and keeps it", async () => {
    const { door, outbox, store } = await phone(service);
    const bad = await door.record({ person: personOf(5), method: "hand" }, "in");
    await door.recordAll(Array.from({ length: 20 }, (_, at) => ({ person: personOf(10 + at), method: "class" as const })), "in");
    service.fail = (when, scans) => {
      if (when === "before" && scans.some((scan) => scan.id === bad.id)) throw new ProblemError({ status: 422, code: "invalid" });
    };
    await outbox.flush(true);
    expect(service.scans.size).toBe(20);
    expect(outbox.state().trouble).toBe("refused");
    expect(await store.scans.get(bad.id)).toMatchObject({ state: "waiting", stuck: { code: "invalid" } });
    const asked = service.requests.length;
    await outbox.flush(true);
    expect(service.requests.length).toBe(asked);
    service.fail = undefined;
    await outbox.flush(true, true);
    expect(service.scans.size).toBe(21);
  });

  it("sends once, however often it is asked", async () => {
    const { door, outbox } = await phone(service);
    await door.record({ person: personOf(1), method: "hand" }, "in");
    await Promise.all([outbox.flush(true), outbox.flush(true), outbox.flush(false)]);
    expect(service.requests).toEqual([1]);
  });
});

describe("two phones at one gate", () => {
  it("agree once both have sent, whoever sends first", async () => {
    for (const order of [0, 1]) {
      service = new MadeService(bundleOf(10));
      const phones = [await phone(service), await phone(service)] as const;
      const [one, two] = phones;
      one.clock.now = START + 60_000;
      for (let at = 0; at < 10; at += 1) await one.door.record({ pass: passOf(100_000 + at) }, "in");
      two.clock.now = START + 120_000;
      for (let at = 0; at < 10; at += 1) {
        const answer = await two.door.record({ pass: passOf(100_000 + at) }, "in");
        expect(answer.reason).toBe("in");
      }
      for (const at of order === 0 ? [0, 1] : [1, 0]) await phones[at as 0 | 1].outbox.flush(true);
      // Both learn what became of it: by sending again nothing, and by the list.
      for (const each of phones) await openDoor(each.store, service, SESSION, undefined, () => END);
      const doors = await Promise.all(phones.map(({ store }) => Door.open(store, SESSION)));
      expect(doors.map((door) => door?.snapshot().inside)).toEqual([10, 10]);
      const known = doors.map((door) => door?.snapshot().guests.map(({ folded }) => folded.inAt));
      expect(known[0]).toEqual(known[1]);
      // The earlier one counts, on whichever phone it was made.
      const firsts = await one.store.scans.toArray();
      expect(new Set(firsts.map((row) => service.verdict(row.id)?.reason))).toEqual(new Set(["in"]));
    }
  });
});

describe("the gate", () => {
  it("answers by what it knows, and stores before it answers", async () => {
    const { door, store } = await phone(service);
    const first = await door.record({ pass: passOf(100_000) }, "in");
    expect(first).toMatchObject({ reason: "in", name: "Pupil 0", verdict: "accepted" });
    expect(await store.scans.get(first.id)).toMatchObject({ state: "waiting", clock_offset_ms: expect.any(Number) as number });
    expect(await door.record({ pass: passOf(100_000) }, "in")).toMatchObject({ reason: "already_in", since: first.at });
    expect((await door.record({ pass: passOf(100_000) }, "out")).reason).toBe("out");
    expect((await door.record({ pass: passOf(999) }, "in")).reason).toBe("not_on_list");
    expect((await door.record({ pass: "x".repeat(5000) }, "in")).reason).toBe("unreadable");
    expect(door.snapshot()).toMatchObject({ inside: 0, came: 1, waiting: 5 });
  });
});

describe("what is kept", () => {
  it("goes after seven days or when the session is closed, but not what was never sent", async () => {
    const { door, store, outbox } = await phone(service);
    await door.record({ person: personOf(1), method: "hand" }, "in");
    const late = END + 8 * 24 * 3600_000;
    expect(await wipe(store, END)).toEqual([]);
    expect(await wipe(store, late)).toEqual([SESSION]);
    expect(await store.rosters.count()).toBe(0);
    expect(await store.scans.count()).toBe(1);
    await outbox.flush(true);
    await wipe(store, late);
    expect([await store.scans.count(), await store.sessions.count()]).toEqual([0, 0]);
  });

  it("goes under an open page too, which says so", async () => {
    const { door, store, outbox } = await phone(service);
    const stop = door.follow();
    service.bundle.session.closed_at = new Date(START).toISOString();
    await openDoor(store, service, SESSION, undefined);
    await outbox.flush(true);
    await vi.waitFor(() => expect(door.snapshot().wiped).toBe(true), { timeout: 10_000 });
    stop();
    expect(await store.rosters.count()).toBe(0);
  });

  it("goes at once when the host has closed and all is sent", async () => {
    const { store } = await phone(new MadeService(bundleOf(3, { closed_at: new Date(END).toISOString() })));
    expect(await wipe(store, END)).toEqual([SESSION]);
    expect(await store.sessions.count()).toBe(0);
  });
});

it("carries scans to another phone in a signed file", async () => {
  const dead = await phone(service);
  service.fail = offline;
  for (let at = 0; at < 7; at += 1) await dead.door.record({ pass: passOf(100_000 + at) }, "in");
  const { text, count } = await makeFile(dead.store, SESSION);
  expect(count).toBe(7);
  service.fail = undefined;
  const other = await phone(service);
  const parts = readFile(text);
  expect(parts).toHaveLength(1);
  await carry(other.store, parts ?? [], "d");
  await other.outbox.flush(true);
  expect(service.scans.size).toBe(7);
  expect((await other.store.files.toArray()).map((file) => file.state)).toEqual(["answered"]);
  expect(other.door.snapshot().waiting).toBe(0);
  for (const bad of ["", "{}", '{"parts":[]}', '{"parts":[{"payload":"{}","signature":"x"}]}']) expect(readFile(bad)).toBeUndefined();
});
