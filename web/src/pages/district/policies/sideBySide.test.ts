import { diffArrays } from "diff";
import { expect, it } from "vitest";
import { sideBySide } from "./sideBySide";

it("puts what came beside what went", () => {
  expect(sideBySide(diffArrays(["a", "b", "c", "e"], ["a", "x", "y", "c"]))).toEqual([
    { left: "a", right: "a", changed: false },
    { left: "b", right: "x", changed: true },
    { left: undefined, right: "y", changed: true },
    { left: "c", right: "c", changed: false },
    { left: "e", right: undefined, changed: true },
  ]);
});
