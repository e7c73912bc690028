import { describe, expect, it } from "vitest";
import { codeAt, type CodeSource } from "./rotatingCode";
import { bundleOf, DISTRICT, END, guestOf, KEY, passOf, personOf, SESSION, START } from "./test/made";
import { type Direction, fold, type Reason, REASONS, type Scan, standing, type Terms, verdictOf } from "./fold";
import { knowledgeOf, lookUp, readScan } from "./knowledge";

const MINUTE = 60_000;
const terms: Terms = { startsAt: START, endsAt: END, mode: "in_out", walkIns: false, cancelled: false, closedAt: undefined };
const minute = (count: number) => START + count * MINUTE;

function scan(id: string, direction: Direction, at: number, more: Partial<Scan> = {}): Scan {
  return {
    id,
    at: minute(at),
    receivedAt: minute(at),
    offset: 0,
    direction,
    method: "pass",
    found: { person: "p", listed: "yes", revoked: false },
    ...more,
  };
}

interface Row {
  terms?: Partial<Terms>;
  scan: Scan;
  /** Scans of the same person before it. */
  before?: Scan[];
}

const found = (more: object) => ({ found: { person: "p", listed: "yes", revoked: false, ...more } as Scan["found"] });
const alone = (reason: Reason) => ({ scan: scan("1", "in", 5, { found: { reason } as Scan["found"] }) });

const ROWS: Record<Reason, Row> = {
  unreadable: alone("unreadable"),
  other_district: alone("other_district"),
  bad_signature: alone("bad_signature"),
  bad_code: alone("bad_code"),
  unknown_person: alone("unknown_person"),
  revoked: { scan: scan("1", "in", 5, found({ revoked: true })) },
  session_cancelled: { terms: { cancelled: true }, scan: scan("1", "in", 5) },
  withdrawn: { scan: scan("1", "in", 5, found({ listed: "withdrawn" })) },
  not_on_list: { scan: scan("1", "in", 5, found({ listed: "no" })) },
  barred: { terms: { walkIns: true }, scan: scan("1", "in", 5, found({ listed: "no", barred: true })) },
  no_outs: { terms: { mode: "in" }, scan: scan("1", "out", 5) },
  clock_implausible: { scan: scan("1", "in", 5, { offset: 25 * 60 * MINUTE }) },
  too_early: { scan: scan("1", "in", -121) },
  after_end: { scan: scan("1", "in", 120 + 61) },
  after_closing: { terms: { closedAt: minute(4) }, scan: scan("1", "in", 5) },
  sent_late: { scan: scan("1", "in", 5, { receivedAt: minute(120 + 7 * 24 * 60 + 1) }) },
  waitlisted: { scan: scan("1", "in", 5, found({ listed: "waitlisted" })) },
  out_without_in: { scan: scan("1", "out", 5) },
  already_in: { before: [scan("0", "in", 1)], scan: scan("1", "in", 5) },
  already_out: { before: [scan("0", "in", 1), scan("00", "out", 2)], scan: scan("1", "out", 5) },
  in: { scan: scan("1", "in", 5) },
  out: { before: [scan("0", "in", 1)], scan: scan("1", "out", 5) },
};

describe("the reasons of the contract", () => {
  it.each(REASONS)("%s", (reason) => {
    const row = ROWS[reason];
    const { verdicts } = fold({ ...terms, ...row.terms }, [...(row.before ?? []), row.scan]);
    expect(verdicts.get("1")?.reason).toBe(reason);
    expect(verdicts.get("1")?.verdict).toBe(verdictOf(reason));
  });

  it("tells the earlier one first", () => {
    const all: Terms = { ...terms, mode: "in", cancelled: true, closedAt: minute(-200) };
    const bad = scan("1", "out", -130, { offset: 25 * 60 * MINUTE, receivedAt: minute(99_999), ...found({ revoked: true, listed: "withdrawn" }) });
    const told: (Reason | undefined)[] = [standing(all, bad)];
    const off: ((terms: Terms, scan: Scan) => void)[] = [
      (_, one) => Object.assign(one.found, { revoked: false }),
      (of) => (of.cancelled = false),
      (_, one) => Object.assign(one.found, { listed: "waitlisted" }),
      (of) => (of.mode = "in_out"),
      (_, one) => (one.offset = 0),
      (_, one) => (one.at = minute(1)),
      (of) => (of.closedAt = undefined),
      (_, one) => (one.receivedAt = minute(1)),
      (_, one) => Object.assign(one.found, { listed: "yes" }),
    ];
    for (const change of off) {
      change(all, bad);
      told.push(standing(all, bad));
    }
    expect(told).toEqual([
      "revoked",
      "session_cancelled",
      "withdrawn",
      "no_outs",
      "clock_implausible",
      "too_early",
      "after_closing",
      "sent_late",
      "waitlisted",
      undefined,
    ]);
  });

  it("flags what the host should know", () => {
    const { verdicts } = fold({ ...terms, walkIns: true }, [
      scan("1", "in", 5, { offset: 3 * MINUTE, receivedAt: minute(21), method: "hand", ...found({ listed: "no" }) }),
      scan("2", "in", 6, { offset: null }),
    ]);
    expect(verdicts.get("1")?.flags).toEqual(["clock_corrected", "late", "walk_in", "by_hand"]);
    expect(verdicts.get("2")?.flags).toEqual(["clock_unchecked"]);
  });
});

describe("a day of a person", () => {
  it.each([
    ["in_out", "i5 i6 o65 o66", "in already_in out already_out"],
    ["in_out", "i0 o30 i60 o90", "in out in out"],
    ["in_out", "o20 i30", "out_without_in in"],
    ["in", "i5 i9 o65", "in already_in no_outs"],
  ] as const)("%s %s", (mode, day, expected) => {
    const scans = day.split(" ").map((word, at) => scan(`0${at}`, word.startsWith("i") ? "in" : "out", Number(word.slice(1))));
    const { verdicts } = fold({ ...terms, mode }, scans);
    expect(scans.map(({ id }) => verdicts.get(id)?.reason).join(" ")).toBe(expected);
  });

  it("goes on from what the service has told", () => {
    const told = { inAt: minute(3), outAt: undefined };
    expect(fold(terms, [scan("1", "in", 5)], told).verdicts.get("1")).toMatchObject({ reason: "already_in", since: minute(3) });
    expect(fold(terms, [scan("1", "out", 5)], told)).toMatchObject({ inside: false, came: true, outAt: minute(5) });
    // A scan of another device that came late, but happened before.
    expect(fold(terms, [scan("1", "in", 1)], told).verdicts.get("1")?.reason).toBe("in");
  });
});

it("says the same in whatever order scans arrive", () => {
  let seed = 42;
  const random = (below: number) => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((seed / 2_147_483_648) * below);
  };
  for (let round = 0; round < 300; round += 1) {
    const scans = Array.from({ length: random(12) }, (_, at) =>
      scan(String(at).padStart(2, "0"), random(2) ? "in" : "out", random(300) - 130, {
        offset: random(4) ? random(9) * MINUTE : null,
        ...found({ revoked: random(6) === 0, listed: (["yes", "yes", "no", "waitlisted"] as const)[random(4)] }),
      }),
    );
    const of: Terms = { ...terms, mode: random(2) ? "in" : "in_out", walkIns: random(2) === 0, closedAt: random(3) ? undefined : minute(60) };
    const once = fold(of, scans);
    const other = fold(of, scans.map((one) => ({ one, key: random(1000) })).toSorted((a, b) => a.key - b.key).map(({ one }) => one));
    expect(Object.fromEntries(other.verdicts)).toEqual(Object.fromEntries(once.verdicts));
    expect([other.inside, other.inAt, other.outAt]).toEqual([once.inside, once.inAt, once.outAt]);
    expect(once.verdicts.size).toBe(scans.length);
  }
});

describe("what a pass leads to", () => {
  const { roster: _, passes, ...rest } = bundleOf(0);
  const known = (walkIns: boolean) =>
    knowledgeOf(
      { ...rest, session: { ...rest.session, walk_ins: walkIns }, id: SESSION, clock: undefined, fetchedAt: 0 },
      [guestOf(0), guestOf(1, { issue: 2 }), guestOf(2, { state: "withdrawn" }), guestOf(3, { state: "withdrawn", barred: true })],
      walkIns
        ? [
            { number: "777", issue: 1, person_id: personOf(77) },
            { number: "779", issue: 1, person_id: personOf(79), barred: true },
          ]
        : passes,
    );
  const asked = (pass: string | null, walkIns = false, more: { code?: string; person_id?: string } = {}) => {
    const of = known(walkIns);
    return lookUp(of, readScan(of, { pass, code: null, person_id: null, scanned_at: new Date(START).toISOString(), clock_offset_ms: 0, ...more }));
  };

  it("finds who is expected, and what does not hold", () => {
    expect(asked(passOf(100_000))).toEqual({ person: personOf(0), listed: "yes", barred: false, revoked: false });
    expect(asked(passOf(100_001))).toMatchObject({ revoked: true });
    expect(asked(passOf(100_001, 2))).toMatchObject({ revoked: false });
    expect(asked(passOf(100_002))).toMatchObject({ listed: "withdrawn" });
    expect(asked("https://example.org")).toEqual({ reason: "unreadable" });
    expect(asked(passOf(1, 1, SESSION))).toEqual({ reason: "other_district" });
    expect(asked(passOf(1, 1, DISTRICT, KEY.map((byte) => byte + 1)))).toEqual({ reason: "bad_signature" });
  });

  it("knows strangers only where it takes them", () => {
    expect(asked(passOf(777))).toEqual({ reason: "not_on_list" });
    expect(asked(passOf(777), true)).toEqual({ person: personOf(77), listed: "no", barred: false, revoked: false });
    expect(asked(passOf(779), true)).toMatchObject({ listed: "no", barred: true });
    expect(asked(passOf(100_003), true)).toMatchObject({ listed: "withdrawn", barred: true });
    expect(asked(passOf(778), true)).toEqual({ reason: "unknown_person" });
  });

  it("checks the rotating code", () => {
    const code = codeAt(known(false).code as CodeSource, START);
    expect(asked(null, false, { code, person_id: personOf(0) })).toMatchObject({ person: personOf(0) });
    expect(asked(null, false, { code: `${code}A`, person_id: personOf(0) })).toEqual({ reason: "bad_code" });
  });
});
