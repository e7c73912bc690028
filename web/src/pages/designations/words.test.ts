import { expect, it } from "vitest";
import { nextKey } from "./scheme/keys";
import { hundredths, thousandths } from "./words";

it("says mean points without floats", () => {
  expect([9300, 8750, 7905, 5, 0].map(hundredths)).toEqual(["93", "87.5", "79.05", "0.05", "0"]);
});

it("says credit with its sign", () => {
  expect([-437390, 2000, 1, -500].map(thousandths)).toEqual(["−437.39", "+2", "+0.001", "−0.5"]);
});

it("names what is stored so that nothing is named twice", () => {
  expect(nextKey("field", [])).toBe("field_1");
  expect(nextKey("field", ["plan", "area"])).toBe("field_3");
  // One was removed before.
  expect(nextKey("field", ["field_1", "field_3"])).toBe("field_4");
  expect(nextKey("option", ["option_2"])).toBe("option_3");
});
