import { expect, it } from "vitest";
import { count, decimal, difference, milli, percent, percentOf, perHead } from "./decimal";

it("reckons credits without floats", () => {
  expect(milli("154618.85")).toBe(154_618_850n);
  expect(milli("-0.5")).toBe(-500n);
  expect(decimal(12_885n)).toBe("12.885");
  expect(decimal(12_885n, 2)).toBe("12.89");
  expect(decimal(-4n, 2)).toBe("0");
  expect(decimal(1000n, 0)).toBe("1");
  expect(perHead("154618.85", 12_000)).toBe("12.88");
  expect(perHead("1", 3)).toBe("0.33");
  expect(perHead("1", 0)).toBeNull();
  expect(difference("2.5", "3")).toBe("-0.5");
  expect(difference("3", "2.5")).toBe("+0.5");
  expect(difference("3", "3")).toBe("0");
});

it("writes shares and counts", () => {
  expect(percent("0.9743")).toBe("97.4%");
  expect(percent("1.0000")).toBe("100%");
  expect(percent("0.0003")).toBe("0%");
  expect(percent("0.0005")).toBe("0.1%");
  expect(percent(null)).toBeNull();
  expect(percentOf(308, 12_000)).toBe("2.6%");
  expect(percentOf(1, 0)).toBeNull();
  expect(count(1_234_567)).toBe("1,234,567");
  expect(count(999)).toBe("999");
});
