import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse, parseDocument } from "yaml";
import { describe, expect, it } from "vitest";
import { linesOf, withLine, withoutLine } from "./conditions";
import zh from "@/i18n/zh-CN/laboratory";
import { LISTS, partsOf, pricesLeft, withFactor, withFactorValue, withLevel, withNewTable, withPart, withPrice, withTitle, withUnit, withWords } from "./parts";
import { moved, removed, renamed, type Way, withKey } from "./spans";
import { movedColumn, movedRow, renamedColumn, renamedRow, tablesOf, withCell, withColumn, withoutColumn, withoutRow, withRow } from "./tables";

const TEXT = `# of the district
kepu: 1   # the language
id: t
version: '1' # the first
title: { zh: 试验, en: Trial }

tables:
  awards:
    row: contest_level
    column: award
    values:
      # the capital
      city: { first: 8, second: 6 }
      county: { first: 3 }   # poor

rules: # the first that fits
  # what an hour gives
  - { id: hour, when: { kind: practice }, credit: { per_hour: 1.5 } } # dear

  # by the table
  - id: table
    when:
      kind: [competition, paper]
      not: { award: none } # odd
    credit:
      table: awards   # above
      times: &team
        - { by: team_position, values: { 1: 1, 2: 0.8 } }
  - id: rest
    credit: { fixed: 1 }
# caps
limits:
  - { id: per-base, within: [host], at_most: { credits: 3 } }
requirements:
  - { id: four, when: { all: [ { measure: total, at_least: 4 } ] } }
ladders:
  - id: stars
    levels: [ { id: one, at_least: 2 }, { id: two, at_least: 10 } ]
`;

const { policy: BLANK, ...titles } = zh.begin;
const COMMENTS = [...TEXT.matchAll(/#.*$/gm)].map(([comment]) => comment);
const ids = (text: string, list: string) => parse(text)[list].map((one: { id: string }) => one.id);
/** Lines of the one text that are not in the other, without their order. */
const less = (from: string, take: string) => from.split("\n").filter((line) => !take.split("\n").includes(line));
const last = (text: string, way: Way) => partsOf(text, way.slice(0, -1))[Number(way.at(-1))];

describe("entries of a policy", () => {
  it("are added in the style of the list, and every line that was there stays", () => {
    for (const list of LISTS) {
      const { text, way } = withPart(TEXT, list, titles);
      expect(parseDocument(text).errors).toEqual([]);
      expect(less(TEXT, text)).toEqual([]);
      expect(partsOf(text, [list]).length).toBe(partsOf(TEXT, [list]).length + 1);
      expect(last(text, way)?.title.zh).toMatch(/^新/);
    }
  });

  it("come before the rule that takes every record", () => {
    expect(ids(withPart(TEXT, "rules", titles).text, "rules")).toEqual(["hour", "table", "rule", "rest"]);
    expect(ids(withPart(BLANK, "rules", titles).text, "rules")).toEqual(["rule", "activity"]);
    expect(ids(withPart(withPart(TEXT, "rules", titles).text, "rules", titles).text, "rules")).toEqual(["hour", "table", "rule", "rule-2", "rest"]);
  });

  it("begin a list that is not there, or has nothing in it, where the language has its place", () => {
    for (const begin of [BLANK, `${BLANK}limits:\nladders: [] # none yet\n`, BLANK.trimEnd()]) {
      let text = begin;
      for (const list of LISTS) text = withPart(text, list, titles).text;
      expect(parseDocument(text).errors).toEqual([]);
      for (const list of LISTS.slice(1)) expect(partsOf(text, [list]).length).toBe(1);
      expect(less(begin.replace(/ \[\]|^limits:$/gm, ""), text.replace(/^ladders:(?= )/m, "ladders:"))).toEqual([]);
    }
    const text = withPart(withPart(BLANK, "requirements", titles).text, "limits", titles).text;
    expect(Object.keys(parse(text)).slice(-3)).toEqual(["rules", "limits", "requirements"]);
  });

  it("go with the comments above them, and no other line goes", () => {
    const text = removed(TEXT, ["rules", 1]);
    expect(ids(text, "rules")).toEqual(["hour", "rest"]);
    expect(less(text, TEXT)).toEqual([]);
    expect(COMMENTS.filter((comment) => !text.includes(comment))).toEqual(["# by the table", "# odd", "# above"]);
    expect(removed(removed(TEXT, ["ladders", 0, "levels", 0]), ["ladders", 0, "levels", 0])).toContain("    levels: []\n");
    expect(parse(removed(TEXT, ["limits", 0])).limits).toEqual([]);
    expect(parse(removed(TEXT, ["rules", 1, "credit", "times", 0])).rules[1].credit.times).toEqual([]);
  });

  it("change places with their neighbours, comments and all", () => {
    const text = moved(TEXT, ["rules", 1], -1);
    expect(ids(text, "rules")).toEqual(["table", "hour", "rest"]);
    expect(text).toContain("  # what an hour gives\n  - { id: hour");
    expect(text).toContain("  # by the table\n  - id: table");
    expect(moved(text, ["rules", 0], 1)).toBe(TEXT);
    expect(moved(TEXT, ["rules", 0], -1)).toBe(TEXT);
    expect(moved(TEXT, ["rules", 2], 1)).toBe(TEXT);
    const levels = moved(TEXT, ["ladders", 0, "levels", 1], -1);
    expect(levels).toContain("levels: [ { id: two, at_least: 10 }, { id: one, at_least: 2 } ]");
    const cut = `rules:\n  - id: a\n  - id: b`;
    expect(moved(cut, ["rules", 1], -1)).toBe(`rules:\n  - id: b\n  - id: a\n`);
  });

  it("have levels that ask for more than the highest", () => {
    const { text, way } = withLevel(TEXT, partsOf(TEXT, ["ladders"])[0]!, titles);
    expect(text).toContain("{ id: two, at_least: 10 }, { id: level, title: { zh: 新等级, en: New level }, at_least: 20 } ]");
    expect(last(text, way)?.fields.map((field) => field.value)).toEqual(["20"]);
  });

  it("have titles, prices, factors and units", () => {
    const [hour, table] = partsOf(TEXT, ["rules"]);
    const limit = partsOf(TEXT, ["limits"])[0]!;
    expect(withTitle(TEXT, hour!, "每小时，一分", "one: an hour")).toContain(`credit: { per_hour: 1.5 }, title: { zh: "每小时，一分", en: "one: an hour" } }`);
    expect(withTitle(TEXT, table!, "按表", "")).toContain("  - id: table\n    title: { zh: 按表 }\n    when:\n");
    expect(pricesLeft(TEXT, hour!)).toContain("table");
    expect(withPrice(TEXT, hour!, "at_most")).toContain("credit: { per_hour: 1.5, at_most: 4 } } # dear");
    expect(parse(withPrice(TEXT, hour!, "table")).rules[0].credit.table).toBe("awards");
    const factor = withFactor(TEXT, hour!);
    expect(parse(factor).rules[0].credit.times[0].by).toBe("team_position");
    const value = withFactorValue(TEXT, ["rules", 1, "credit", "times", 0]);
    expect(value).toContain("values: { 1: 1, 2: 0.8, new: 1 } }");
    expect(renamed(value, ["rules", 1, "credit", "times", 0, "values", "new"], "3+")).toContain("2: 0.8, 3+: 1 }");
    expect(removed(value, ["rules", 1, "credit", "times", 0, "values", "1"])).toContain("values: { 2: 0.8, new: 1 } }");
    expect(withUnit(TEXT, limit, "records")).toContain("at_most: { records: 3 }");
    expect(withWords(TEXT, limit, "within", ["host", "term"])).toContain("within: [host, term]");
  });
});

describe("conditions", () => {
  const when = ["rules", 1, "when"];

  it("are read line by line; what the form does not know is shown as written", () => {
    expect(linesOf(TEXT, when)).toEqual([
      { field: "kind", asked: { words: ["competition", "paper"] }, text: "[competition, paper]" },
      { field: "not", asked: undefined, text: "{ award: none }" },
    ]);
    expect(linesOf("rules: [ { when: { grade: { from: 5 }, minutes: 30, voluntary: true } } ]", ["rules", 0, "when"]).map((line) => line.asked)).toEqual([
      { from: "5", to: "" },
      { from: "30", to: "30" },
      { flag: true },
    ]);
  });

  it("change, come and go one line at a time", () => {
    const one = withLine(TEXT, when, "kind", { words: ["visit"] });
    expect(less(TEXT, one)).toEqual(["      kind: [competition, paper]"]);
    expect(one).toContain("      kind: visit\n");
    const more = withLine(one, when, "grade", { from: "5", to: "8" });
    expect(less(one, more)).toEqual([]);
    expect(more).toContain("      grade: { from: 5, to: 8 }\n");
    expect(withoutLine(more, when, "grade")).toBe(one);
    const first = withLine(TEXT, ["rules", 2, "when"], "date", { from: "2026-09-01", to: "" });
    expect(first).toContain("  - id: rest\n    when: { date: { from: 2026-09-01 } }\n    credit");
    expect(withoutLine(first, ["rules", 2, "when"], "date")).toBe(TEXT);
    expect(withLine(TEXT, ["limits", 0, "of"], "rule", { words: ["hour", "table"] })).toContain("at_most: { credits: 3 }, of: { rule: [hour, table] } }");
  });
});

describe("tables", () => {
  const [table] = tablesOf(TEXT);

  it("are read as rows and columns", () => {
    expect(table).toMatchObject({ name: "awards", row: "contest_level", column: "award", rows: ["city", "county"], columns: ["first", "second"] });
    expect(table?.values).toEqual({ city: { first: "8", second: "6" }, county: { first: "3" } });
  });

  it("have cells, rows and columns that come, change, move and go", () => {
    const values = (text: string) => parse(text).tables.awards.values;
    expect(withCell(TEXT, table!, "county", "second", "2.5")).toContain("      county: { first: 3, second: 2.5 }   # poor\n");
    expect(withCell(TEXT, table!, "city", "second", "")).toContain("      city: { first: 8 }\n");
    expect(withRow(TEXT, table!, "town")).toContain("      county: { first: 3 }   # poor\n      town: { first: 3 }\n");
    expect(values(withColumn(TEXT, table!, "third"))).toEqual({ city: { first: 8, second: 6, third: 0 }, county: { first: 3, third: 0 } });
    expect(values(withoutColumn(TEXT, table!, "first"))).toEqual({ city: { second: 6 }, county: {} });
    expect(withoutRow(TEXT, table!, "city")).not.toContain("capital");
    const turned = movedRow(TEXT, table!, "county", -1);
    expect(turned).toContain("      county: { first: 3 }   # poor\n      # the capital\n      city:");
    expect(movedColumn(TEXT, table!, "first", 1)).toContain("      city: { second: 6, first: 8 }\n");
    expect(renamedColumn(TEXT, table!, "first", "gold")).toContain("county: { gold: 3 }   # poor");
    expect(renamedRow(TEXT, table!, "city", "省级")).toContain("      省级: { first: 8, second: 6 }\n");
  });

  it("can be begun", () => {
    const { text } = withNewTable(TEXT);
    expect(tablesOf(text).map((one) => one.name)).toEqual(["awards", "table"]);
    expect(less(TEXT, text)).toEqual([]);
    expect(tablesOf(withNewTable(BLANK).text)[0]?.rows).toEqual(["city", "county"]);
    expect(Object.keys(parse(withNewTable(BLANK).text))).toEqual(["kepu", "id", "version", "title", "tables", "rules"]);
  });
});

describe("edits of a text", () => {
  it("leave a text alone that is no YAML", () => {
    for (const text of ["", "kepu: [", "- a"]) {
      expect(removed(text, ["rules", 0])).toBe(text);
      expect(moved(text, ["rules", 0], 1)).toBe(text);
      expect(withKey(text, [], "id", "x")).toBe(text);
      expect(withPart(text, "rules", titles).text).toBe(text);
    }
  });
});

const shipped = join(import.meta.dirname, "../../../../policies");

describe.each(readdirSync(shipped).filter((name) => name.endsWith(".yaml")))("the form of %s", (name) => {
  const text = readFileSync(join(shipped, name), "utf8");

  it("moves each entry down and up again without a trace", () => {
    for (const list of [...LISTS, "measures"])
      for (const part of partsOf(text, [list])) {
        const down = moved(text, part.way, 1);
        expect(down === text).toBe(part.index === part.of - 1);
        expect(moved(down, [list, part.index + 1], -1)).toBe(text);
        expect(less(down, text)).toEqual([]);
      }
  });

  it("takes each entry out and leaves the others", () => {
    for (const list of LISTS)
      for (const part of partsOf(text, [list])) {
        const without = removed(text, part.way);
        expect(parseDocument(without).errors).toEqual([]);
        expect(partsOf(without, [list]).length).toBe(part.of - 1);
        expect(less(without.replace(/ \[\]$/m, ""), text)).toEqual([]);
      }
  });

  it("adds to each list and leaves each line", () => {
    for (const list of LISTS) expect(less(text, withPart(text, list, titles).text)).toEqual([]);
    for (const table of tablesOf(text)) {
      const more = withRow(text, table, "new");
      expect(less(text, more)).toEqual([]);
      expect(withoutRow(more, table, "new")).toBe(text);
    }
  });
});
