import { describe, expect, it } from "vitest";
import { HELD, oncePerVisit } from "./camera";
import { measure } from "./clock";
import { passOf, START } from "./test/made";
import { typedCodes } from "./typed";

const key = (key: string, code = "") => ({ key, code, shiftKey: false, ctrlKey: false, metaKey: false, altKey: false });

function type(text: string, pause: number, before: [string, number][] = []) {
  const codes: string[] = [];
  const press = typedCodes((code) => codes.push(code));
  let at = 0;
  for (const [letter, wait] of before) press(key(letter), (at += wait));
  for (const letter of text) press(key(letter), (at += pause));
  return { codes, taken: press(key("Enter"), at + pause) };
}

describe("a scanner that types", () => {
  const pass = passOf(1).toLowerCase();

  it("is heard, fast or slow, and after something that was typed", () => {
    expect(type(pass, 4)).toEqual({ codes: [pass], taken: true });
    expect(type(pass, 200)).toEqual({ codes: [pass], taken: true });
    expect(type(pass, 10, [["w", 300], ["a", 200]])).toEqual({ codes: [pass], taken: true });
  });

  it("is told from people", () => {
    expect(type("a name and a class", 150)).toEqual({ codes: [], taken: false });
    expect(type("7-3", 5)).toEqual({ codes: [], taken: false });
    expect(type("https://example.org/card", 5).codes).toEqual(["https://example.org/card"]);
  });

  it("is understood while an input method is on", () => {
    const codes: string[] = [];
    const press = typedCodes((code) => codes.push(code));
    [...pass].forEach((letter, at) => {
      press(key("Process", /\d/.test(letter) ? `Digit${letter}` : `Key${letter.toUpperCase()}`), at * 5);
    });
    press(key("Enter"), pass.length * 5);
    expect(codes).toEqual([pass]);
  });
});

it("takes a code that stays in view once", () => {
  const isNew = oncePerVisit();
  expect([0, 100, 2000, 4500, 4500 + HELD, 4600 + 2 * HELD].map((at) => isNew("a", at))).toEqual([true, false, false, false, false, true]);
  expect(isNew("b", 100)).toBe(true);
});

it("measures the clock from the middle of the way", () => {
  const server = new Date(START).toISOString();
  expect(measure(START - 61_000, server, START - 59_000)).toEqual({ offset: 60_000, measuredAt: START - 59_000 });
  expect(measure(START, server, START + 11_000)).toBeUndefined();
  expect(measure(START, "never", START)).toBeUndefined();
});
