import { ed25519 } from "@noble/curves/ed25519.js";
import { describe, expect, it } from "vitest";
import { decodeBase32, encodeBase32 } from "./base32";
import { decodeBase64Url, encodeBase64Url, utf8 } from "./bytes";
import { keysOf, parsePass, readPass, signPass, warmUp } from "./pass";
import { attendUrl, codeAt, codeHolds } from "./rotatingCode";
import { DISTRICT, KEY, passOf } from "./test/made";

describe("base 32", () => {
  it.each([
    ["", ""],
    ["f", "MY"],
    ["fo", "MZXQ"],
    ["foo", "MZXW6"],
    ["foob", "MZXW6YQ"],
    ["fooba", "MZXW6YTB"],
    ["foobar", "MZXW6YTBOI"],
  ])("%s, of RFC 4648", (plain, coded) => {
    expect(encodeBase32(utf8(plain))).toBe(coded);
    expect(decodeBase32(coded)).toEqual(utf8(plain));
  });

  it("reads only what it writes", () => {
    for (const bad of ["M", "MZ", "my", "MY======", "MZXW61", "MZX"]) expect(decodeBase32(bad), bad).toBeUndefined();
  });
});

describe("a pass", () => {
  const keys = keysOf([{ number: 1, public_key: encodeBase64Url(ed25519.getPublicKey(KEY)) }]);
  const text = passOf(123_456_789_012, 3);

  it("has 150 letters, and reads back as scanners type it", () => {
    expect(text).toMatch(/^KP[A-Z2-7]{148}$/);
    const pass = { key: 1, district: DISTRICT, number: "123456789012", issue: 3 };
    expect(parsePass(text)?.pass).toEqual(pass);
    expect(readPass(` ${text.toLowerCase()}\n`, DISTRICT, keys)).toEqual({ number: pass.number, issue: 3 });
  });

  it("is signed over its purpose and its first 28 bytes", () => {
    const bytes = decodeBase32(text.slice(2)) ?? new Uint8Array();
    const signed = new Uint8Array([...utf8("kepu-pass-v1:"), ...bytes.subarray(0, 28)]);
    expect(ed25519.verify(bytes.subarray(28), signed, ed25519.getPublicKey(KEY))).toBe(true);
  });

  it("is refused when a letter was changed", () => {
    for (const at of [2, 5, 20, 40, 60, 100, 140]) {
      const changed = text.slice(0, at) + (text[at] === "A" ? "B" : "A") + text.slice(at + 1);
      expect(readPass(changed, DISTRICT, keys), String(at)).toHaveProperty("reason");
    }
  });

  it("is none with another version, number or length", () => {
    const other = (number: string, issue: number) => signPass({ key: 1, district: DISTRICT, number, issue }, KEY);
    for (const bad of ["", "KP", text.slice(2), text.slice(0, 149), `${text}AA`, `KPAI${text.slice(4)}`, other("0", 1), other("1000000000000", 1), other("1", 0)])
      expect(readPass(bad, DISTRICT, keys), bad).toEqual({ reason: "unreadable" });
  });

  it("is refused under a key that is not there, or is no key", () => {
    expect(readPass(text, DISTRICT, new Map())).toEqual({ reason: "bad_signature" });
    expect(readPass(text, DISTRICT, new Map([[1, new Uint8Array(32).fill(255)]]))).toEqual({ reason: "bad_signature" });
    warmUp();
  });
});

describe("the rotating code", () => {
  const source = { secret: utf8("only this session knows it"), sessionId: "00000000-0000-0000-0000-000000000001", stepSeconds: 30 };
  const at = 1_800_000_000_000;
  const code = codeAt(source, at);

  it("is new every half minute, and holds for its step and the two after", () => {
    expect(code).toMatch(/^60000000\.[A-Z2-7]{16}$/);
    expect(codeAt(source, at + 29_999)).toBe(code);
    expect(codeAt(source, at + 30_000)).not.toBe(code);
    expect([-1, 0, 89_999, 90_000].map((after) => codeHolds(source, code, at + after))).toEqual([false, true, true, false]);
    expect(codeHolds(source, ` ${code.toLowerCase()} `, at)).toBe(true);
    expect(codeHolds({ ...source, sessionId: DISTRICT }, code, at)).toBe(false);
    expect(codeHolds(source, "nonsense", at)).toBe(false);
    expect(attendUrl("https://kepu.example", source, at)).toBe(`https://kepu.example/attend/${source.sessionId}?c=${code}`);
  });
});

it("writes base 64 for addresses", () => {
  const bytes = new Uint8Array([251, 255, 0, 1]);
  expect(encodeBase64Url(bytes)).toBe("-_8AAQ");
  expect(decodeBase64Url("-_8AAQ")).toEqual(bytes);
});
