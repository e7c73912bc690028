import { describe, expect, it } from "vitest";
import { findAll, type Known, parsePaste, readRows } from "./match";

const roster: Known[] = [
  { id: "1", number: "20260101", name: "王小明" },
  { id: "2", number: "20260102", name: "李小红" },
  { id: "3", number: "20260103", name: "李小红" },
  { id: "4", number: "G4404X", name: "John Smith" },
  { id: "5", number: "20260105", name: "阿依古丽·买买提" },
];

describe("what people paste", () => {
  it("is one a line, by number, name or both, in any order", () => {
    expect(parsePaste("20260101 王小明\n李小红\n\n20260102\n王小明\t20260101")).toEqual([
      { row: 1, number: "20260101", name: "王小明" },
      { row: 2, name: "李小红" },
      { row: 4, number: "20260102" },
      { row: 5, number: "20260101", name: "王小明" },
    ]);
  });
  it("is several in a line", () => {
    expect(parsePaste("王小明、李小红，张三")).toEqual([
      { row: 1, name: "王小明" },
      { row: 1, name: "李小红" },
      { row: 1, name: "张三" },
    ]);
    expect(parsePaste("20260101,20260102")).toEqual([
      { row: 1, number: "20260101" },
      { row: 1, number: "20260102" },
    ]);
  });
  it("is full width, with blanks in names and with headings", () => {
    expect(parsePaste("学号\t姓名\n２０２６０１０１　王 小 明")).toEqual([{ row: 2, number: "20260101", name: "王小明" }]);
    expect(parsePaste("张 三")).toEqual([{ row: 1, name: "张三" }]);
    expect(parsePaste("John Smith\nG4404X John Smith")).toEqual([
      { row: 1, name: "John Smith" },
      { row: 2, number: "G4404X", name: "John Smith" },
    ]);
  });
});

describe("a sheet", () => {
  it("is read under the row that names its columns", () => {
    const rows = [["光明区科普活动签到表"], [], ["序号", "姓名", "学号", "时长（分钟）"], ["1", "王小明", " 20260101 ", "90"], ["", "", ""], ["2", "李小红", "", "一小时"]];
    expect(readRows(rows)).toEqual([
      { row: 4, number: "20260101", name: "王小明", minutes: 90 },
      { row: 6, name: "李小红", minutes: Number.NaN },
    ]);
  });
  it("without headings is numbers and names", () => {
    expect(readRows([["20260101", "王小明"], ["李小红"]])).toEqual([
      { row: 1, number: "20260101", name: "王小明" },
      { row: 2, name: "李小红" },
    ]);
  });
});

describe("looking up", () => {
  const look = (text: string, chosen = {}) =>
    findAll(parsePaste(text), roster, chosen).map(({ person, trouble, first }) => person?.id && !trouble ? person.id : `${trouble}${first ? ` ${first}` : ""}`);

  it("finds by number in any case, and by name without dots and blanks", () => {
    expect(look("20260101\ng4404x\n阿依古丽买买提\njohn smith")).toEqual(["1", "4", "5", "twice 2"]);
  });
  it("says what is wrong beside the line", () => {
    expect(look("99999999\n赵六\n20260102 王小明\n李小红\n20260101\n20260101")).toEqual([
      "unknown_number",
      "unknown_name",
      "name_differs",
      "namesakes",
      "1",
      "twice 5",
    ]);
  });
  it("takes whom the teacher means of those who share a name", () => {
    expect(look("李小红", { "1 李小红": "3" })).toEqual(["3"]);
  });
  it("says twice for an unknown number too", () => {
    expect(look("777\n777")).toEqual(["unknown_number", "twice 1"]);
  });
});
