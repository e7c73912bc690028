import { expect, it } from "vitest";
import { readTeachers } from "./planned";

it("reads teachers from what is pasted out of a sheet or typed", () => {
  const { plans, wrong } = readTeachers("张老师\tzhang01\n\n李老师，li.si\nAnna Example wang.w\n赵老师, ZHAO", "s");
  expect(wrong).toEqual([]);
  expect(plans.map((plan) => [plan.display_name, plan.login])).toEqual([
    ["张老师", "zhang01"],
    ["李老师", "li.si"],
    ["Anna Example", "wang.w"],
    ["赵老师", "zhao"],
  ]);
  expect(plans[0]?.grants).toEqual([{ role: "teacher", organization_id: "s" }]);
});

it("names the lines that it cannot take", () => {
  expect(readTeachers("张老师\nA, b\n甲, same1\n乙, SAME1", "s").wrong).toEqual([1, 2, 4]);
});
