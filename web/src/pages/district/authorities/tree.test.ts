import { expect, test } from "vitest";
import { type Authority, treeOf } from "./tree";

const one = (id: string, parent_id: string | null): Authority => ({ id, parent_id, level: "city", code: id, name_zh: id, name_en: "", version: 1 });
const shape = (nodes: ReturnType<typeof treeOf>): unknown => nodes.map(({ authority, children }) => (children.length === 0 ? authority.id : [authority.id, shape(children)]));

test("authorities lie beneath each other in whatever order they come", () => {
  expect(shape(treeOf([one("district", "city"), one("city", "province"), one("province", null), one("other", "province")]))).toEqual([
    ["province", [["city", ["district"]], "other"]],
  ]);
});

test("what lies beneath nothing known stands at the top", () => {
  expect(shape(treeOf([one("a", "gone"), one("b", null)]))).toEqual(["a", "b"]);
  expect(treeOf([])).toEqual([]);
});
