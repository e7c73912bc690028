import { describe, expect, it } from "vitest";
import type { Schemas } from "@/api/client";
import { opens, type Reading, rowPath } from "./opens";

type Report = Schemas["ReadyReport"];
type Of = Schemas["RowOf"];

const report = (kind: Report["kind"], more: Partial<Report> = {}) => ({ kind, period: {}, ...more }) as Report;
const of = (sort: Of["sort"], more: Partial<Of> = {}) => ({ sort, ...more }) as Of;
const district: Reading = { place: "district", lists: true, values: { from: "2026-03-01", to: "2026-03-31", school: "s1" } };

describe("a figure opens to just those whom it counts", () => {
  it("who is not reached, of a grade of a school", () => {
    expect(opens(report("not_reached"), "not_reached", of("grade", { grade: 7 }), district)).toBe(
      "/district/reports/persons?from=2026-03-01&to=2026-03-31&school=s1&grade=7&enrolled=within&took=false",
    );
  });

  it("who falls short, as of the end of a period that is over", () => {
    const stood = report("requirements", { stood_on: "2026-03-31" });
    expect(opens(stood, "short", of("class", { id: "c1", requirement: "three" }), district)).toBe(
      "/district/reports/persons?as_of=2026-03-31&school=s1&class=c1&enrolled=now&requirement=three&met=false",
    );
    expect(opens(stood, "share", of("class", { id: "c1", requirement: "three" }), district)).toBeUndefined();
  });

  it("records of a theme, and of a month as far as it is of the period", () => {
    expect(opens(report("programmes"), "times", of("theme", { id: "e1", word: "none" }), { ...district, values: {} })).toBe(
      "/district/reports/records?edition=e1&theme=none",
    );
    const march = report("overview", { period: { from: "2026-03-10", to: "2026-06-30" } });
    expect(opens(march, "records", of("month", { month: "2026-03-01" }), { ...district, values: { term: "2025-spring" } })).toBe(
      "/district/reports/records?from=2026-03-10&to=2026-03-31",
    );
  });

  it("records of no host, which have no report of their own", () => {
    const nowhere = of("host", { word: "none" });
    for (const kind of ["overview", "school"] as const) {
      expect(opens(report(kind), "records", nowhere, district)).toBe(
        "/district/reports/records?from=2026-03-01&to=2026-03-31&school=s1&host=none",
      );
      expect(opens(report(kind), "credits", nowhere, { ...district, values: {} })).toBe("/district/reports/records?host=none&status=counted");
      expect(rowPath(kind, nowhere, district)).toBeUndefined();
    }
  });

  it("nothing of what is hidden, or has no word", () => {
    expect(opens(report("equity"), "persons", null, district)).toBeUndefined();
    expect(opens(report("overview"), "records", of("category", { word: "" }), district)).toBeUndefined();
  });

  it("what the reader may see, and no more", () => {
    const teacher: Reading = { place: "school", lists: false, values: { school: "s1" } };
    expect(opens(report("not_reached"), "not_reached", of("whole"), teacher)).toBeUndefined();
    expect(opens(report("no_shows"), "absent", of("school", { id: "s1" }), teacher)).toBe("/school/report/ready/no_shows?school=s1&detail=true");
    const base: Reading = { place: "base", lists: true, values: { host: "h1" } };
    expect(opens(report("base"), "confirmed", of("host", { id: "h1" }), base)).toBe("/base/reports/records?host=h1");
    expect(opens(report("base"), "confirmed", of("school", { id: "s1" }), base)).toBeUndefined();
    expect(opens(report("settlement"), "came", of("host", { id: "h1" }), base)).toBe("/base/reports/ready/settlement?host=h1&detail=true");
  });

  it("results of the district alone, and exceptions as they are now", () => {
    expect(opens(report("overview"), "results", of("level", { level: "city" }), { ...district, values: {} })).toBe(
      "/district/results?state=verified&level=city",
    );
    const kinds = of("cause", { word: "burst" });
    expect(opens(report("exceptions"), "late", kinds, { ...district, values: {} })).toBe("/exceptions?kind=burst&late=true");
    expect(opens(report("exceptions"), "late", kinds, { ...district, values: { as_of: "2026-01-01" } })).toBeUndefined();
  });

  it("a name leads to the report of its own", () => {
    expect(rowPath("equity", of("school", { id: "s2" }), district)).toBe("/district/reports/ready/school?from=2026-03-01&to=2026-03-31&school=s2");
    expect(rowPath("promptness", of("host", { id: "h1" }), { ...district, values: {} })).toBe("/district/reports/ready/base?host=h1");
  });
});
