import { ed25519 } from "@noble/curves/ed25519.js";
import { decodeBase32, encodeBase32 } from "./base32";
import { bytesToUuid, decodeBase64Url, utf8, uuidToBytes } from "./bytes";

// Signatures are checked in script: WebCrypto has no Ed25519 on the older phones that guides use, and is asynchronous.

const MARK = "KP";
const VERSION = 1;
const SIGNED = 28;
const LENGTH = 92;
const LARGEST_NUMBER = 999_999_999_999n;
const PURPOSE = utf8("kepu-pass-v1:");

export interface Pass {
  key: number;
  district: string;
  /** The public number in decimal. */
  number: string;
  issue: number;
}

/** Keys by number. */
export type Keys = ReadonlyMap<number, Uint8Array>;

/** What a scanned text says, checked as far as it can be without knowing who is expected. */
export type Read =
  | { number: string; issue: number }
  | { reason: "unreadable" | "other_district" | "bad_signature" };

interface Parsed {
  pass: Pass;
  signed: Uint8Array;
  signature: Uint8Array;
}

export function parsePass(text: string): Parsed | undefined {
  const upper = text.trim().toUpperCase();
  if (!upper.startsWith(MARK)) return undefined;
  const bytes = decodeBase32(upper.slice(MARK.length));
  if (bytes?.length !== LENGTH || bytes[0] !== VERSION) return undefined;
  const view = new DataView(bytes.buffer);
  const number = view.getBigUint64(18);
  const issue = view.getUint16(26);
  if (number < 1n || number > LARGEST_NUMBER || issue < 1) return undefined;
  return {
    pass: { key: view.getUint8(1), district: bytesToUuid(bytes.subarray(2, 18)), number: String(number), issue },
    signed: bytes.subarray(0, SIGNED),
    signature: bytes.subarray(SIGNED),
  };
}

export function readPass(text: string, district: string, keys: Keys): Read {
  const parsed = parsePass(text);
  if (!parsed) return { reason: "unreadable" };
  const { pass, signed, signature } = parsed;
  if (pass.district !== district.toLowerCase()) return { reason: "other_district" };
  const key = keys.get(pass.key);
  if (!key || !verify(signature, signed, key)) return { reason: "bad_signature" };
  return { number: pass.number, issue: pass.issue };
}

function verify(signature: Uint8Array, signed: Uint8Array, key: Uint8Array): boolean {
  try {
    return ed25519.verify(signature, withPurpose(signed), key);
  } catch {
    // A key or a signature that is no point of the curve.
    return false;
  }
}

function withPurpose(signed: Uint8Array): Uint8Array {
  const all = new Uint8Array(PURPOSE.length + signed.length);
  all.set(PURPOSE);
  all.set(signed, PURPOSE.length);
  return all;
}

export function keysOf(list: readonly { number: number; public_key: string }[]): Keys {
  return new Map(list.map(({ number, public_key }) => [number, decodeBase64Url(public_key)]));
}

/** Computes the tables of the curve now, so that the first guest does not wait for them. */
export function warmUp() {
  const secret = new Uint8Array(32).fill(1);
  const message = utf8("warm");
  ed25519.verify(ed25519.sign(message, secret), message, ed25519.getPublicKey(secret));
}

/** Writes a pass. The service makes the real ones; tests need some too. */
export function signPass(pass: Pass, secret: Uint8Array): string {
  const bytes = new Uint8Array(LENGTH);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, VERSION);
  view.setUint8(1, pass.key);
  bytes.set(uuidToBytes(pass.district), 2);
  view.setBigUint64(18, BigInt(pass.number));
  view.setUint16(26, pass.issue);
  bytes.set(ed25519.sign(withPurpose(bytes.subarray(0, SIGNED)), secret), SIGNED);
  return MARK + encodeBase32(bytes);
}
