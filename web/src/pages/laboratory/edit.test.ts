import { parse } from "yaml";
import { describe, expect, it } from "vitest";
import { fieldsOf, replaced } from "./edit";

const TEXT = `kepu: 1
id: t
version: '1' # the first
title: { zh: 试验, en: Trial }
rules:
  # what an hour gives
  - { id: hour, when: { kind: practice }, credit: { per_hour: 1.5 } } # dear
  - id: table
    credit:
      table: { rows: { city: { first: 8, second: 6 } } }
limits:
  - { id: per-base, within: [host], at_most: { credits: 3 } }
requirements:
  - { id: four, when: { all: [ { measure: total, at_least: 4 } ] } }
ladders:
  - id: stars
    levels: [ { id: one, at_least: 2 }, { id: two, at_least: 10 } ]
`;

const of = (text: string, key: string) => {
  const found = fieldsOf(text).find((field) => field.key === key);
  if (!found) throw new Error(`no ${key} among ${fieldsOf(text).map((field) => field.key)}`);
  return found;
};

describe("the form of a policy", () => {
  it("offers names, prices, caps and what is asked", () => {
    expect(fieldsOf(TEXT).map((field) => `${field.group} ${field.of} ${field.name} ${field.value}`)).toEqual([
      "head  zh 试验",
      "head  en Trial",
      "head  version 1",
      "rules hour per_hour 1.5",
      "rules table first 8",
      "rules table second 6",
      "limits per-base credits 3",
      "requirements four total at_least 4",
      "ladders one at_least 2",
      "ladders two at_least 10",
    ]);
  });

  it("changes one value and no other character", () => {
    for (const field of fieldsOf(TEXT)) {
      const value = field.numeric ? "77.5" : "别的";
      const changed = replaced(TEXT, field, value);
      expect(of(changed, field.key).value).toBe(value);
      expect(replaced(changed, of(changed, field.key), field.value)).toBe(TEXT);
      expect(changed).toContain("# what an hour gives");
      expect(changed).toContain("# dear");
    }
  });

  it("quotes a name that would be read as something else", () => {
    for (const name of ["a: b", "it's", "yes", "#1", "12", "「x」 # y", "a, b }"]) {
      const changed = replaced(TEXT, of(TEXT, "title.zh"), name);
      expect(parse(changed).title.zh).toBe(name);
      expect(parse(changed).rules).toEqual(parse(TEXT).rules);
      const version = replaced(TEXT, of(TEXT, "version"), name);
      expect(parse(version).version).toBe(name);
    }
  });

  it("offers nothing of what cannot be read", () => {
    expect(fieldsOf("kepu: [")).toEqual([]);
    expect(fieldsOf("")).toEqual([]);
  });
});
