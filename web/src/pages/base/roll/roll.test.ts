import { describe, expect, it } from "vitest";
import type { Guest } from "../guests";
import { doorKept, type Mark, type Marks, requestsFor, say, sortMarks, usualMark, waitingOf } from "./roll";

const ME = "me";
const guest = (id: string, more: Partial<Guest> = {}): Guest =>
  ({ id, name: id, state: "recorded", recorded_by: "teacher", planned_minutes: 120, ...more }) as Guest;
const present: Mark = { as: "present" };

describe("marks", () => {
  it("toggle between present and absent, from what is usual", () => {
    const once = say({}, { do: "toggle", id: "a", usual: present });
    expect(once).toEqual({ a: { as: "absent" } });
    expect(say(once, { do: "toggle", id: "a", usual: present })).toEqual({ a: present });
    expect(say({ a: { as: "reject", reason: "x" } }, { do: "toggle", id: "a", usual: present })).toEqual({ a: present });
  });

  it("of minutes mean presence, and can be taken back", () => {
    const typed = say({ a: { as: "absent" } }, { do: "minutes", id: "a", minutes: 60 });
    expect(typed).toEqual({ a: { as: "present", minutes: 60 } });
    expect(say(typed, { do: "minutes", id: "a", minutes: undefined })).toEqual({ a: present });
  });

  it("are forgotten for some, or for all", () => {
    const marks: Marks = { a: present, b: present };
    expect(say(marks, { do: "forget", ids: ["a"] })).toEqual({ b: present });
    expect(say(marks, { do: "forget" })).toEqual({});
  });
});

describe("what is usual", () => {
  it("is presence", () => expect(usualMark(guest("a"), ME, false)).toEqual(present));
  it("leaves whom the account recorded itself", () =>
    expect(usualMark(guest("a", { recorded_by: ME }), ME, false)).toEqual({ as: "later" }));
  it("believes the door, where it was kept", () => {
    const guests = [guest("a", { state: "attended" }), guest("b", { state: "registered" })];
    expect(doorKept(guests)).toBe(true);
    expect(usualMark(guests[1] as Guest, ME, true)).toEqual({ as: "absent" });
    expect(usualMark(guests[1] as Guest, ME, false)).toEqual(present);
  });
});

it("waits for those of whom nothing was said", () => {
  const states = ["recorded", "attended", "registered", "confirmed", "absent", "waitlisted", "rejected", "withdrawn"];
  expect(waitingOf(states.map((state) => guest(state, { state }))).map((one) => one.id)).toEqual(["recorded", "attended", "registered"]);
});

describe("what is sent", () => {
  const said: Record<string, Mark> = {
    b: { as: "absent" },
    c: { as: "reject", reason: "late" },
    d: { as: "present", minutes: 60 },
    e: { as: "later" },
  };
  const guests = ["a", "b", "c", "d", "e"].map((id) => guest(id));
  const markOf = (one: Guest) => said[one.id] ?? present;

  it("names everybody but those left for later", () => {
    expect(requestsFor(guests, markOf)).toEqual([
      {
        confirm: [{ participation_id: "a" }, { participation_id: "d", minutes: 60 }],
        reject: [{ participation_id: "c", reason: "late" }],
        absent: ["b"],
      },
    ]);
  });

  it("keeps to the most that one request takes", () => {
    const parts = requestsFor(guests, markOf, 3);
    expect(parts.map((part) => (part.confirm?.length ?? 0) + (part.reject?.length ?? 0) + (part.absent?.length ?? 0))).toEqual([3, 1]);
    expect(requestsFor([guest("e")], markOf)).toEqual([]);
  });

  it("is summed up first", () => {
    const sorted = sortMarks(guests, markOf);
    expect(sorted.present.map((one) => one.id)).toEqual(["a", "d"]);
    expect(sorted.changed).toEqual([{ guest: guests[3], minutes: 60 }]);
    expect(sorted.absent.map((one) => one.id)).toEqual(["b"]);
    expect(sorted.rejected.map((one) => one.reason)).toEqual(["late"]);
    expect(sorted.later.map((one) => one.id)).toEqual(["e"]);
  });
});
