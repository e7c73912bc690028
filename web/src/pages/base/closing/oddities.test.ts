import { describe, expect, it } from "vitest";
import { type Oddity, grouped, planned } from "./oddities";

const guest = (person_id: string, state: string, recorded_by = "teacher") => ({ person_id, state, recorded_by });
const ids = (guests: { person_id: string }[]) => guests.map((one) => one.person_id);

describe("what closing will do", () => {
  const guests = [
    guest("there", "attended"),
    guest("walk-in", "attended", "me"),
    guest("odd", "attended"),
    guest("missing", "registered"),
    guest("said", "recorded"),
    guest("done", "confirmed"),
    guest("queue", "waitlisted"),
  ];

  it("confirms who was there, but nobody whom the account entered itself", () => {
    const plan = planned(guests, new Set(["odd"]), true, "me");
    expect(ids(plan.confirmed)).toEqual(["there"]);
    expect(ids(plan.own)).toEqual(["walk-in"]);
    expect(ids(plan.held)).toEqual(["odd"]);
    expect(ids(plan.absent)).toEqual(["missing"]);
  });

  it("leaves who did not come alone, if that is wished", () => {
    const plan = planned(guests, new Set(["missing"]), false, "me");
    expect(ids(plan.absent)).toEqual([]);
    expect(ids(plan.held)).toEqual([]);
    expect(ids(plan.confirmed)).toEqual(["there", "odd"]);
  });

  it("holds back who would be marked absent, too", () =>
    expect(ids(planned(guests, new Set(["missing"]), true, "me").held)).toEqual(["missing"]));
});

it("groups what is unusual in the order in which it is told", () => {
  const one = (kind: Oddity["kind"], person_id: string) => ({ kind, person_id, detail: {} }) as unknown as Oddity;
  const groups = grouped([one("two_places", "a"), one("absent", "b"), one("absent", "c")]);
  expect(groups.map(({ kind, all }) => [kind, all.length])).toEqual([
    ["two_places", 1],
    ["absent", 2],
  ]);
});
