import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { encodeBase32 } from "./base32";
import { uuidToBytes } from "./bytes";

/** For how many steps after its own a code is accepted: who scans needs a moment. */
const STEPS_AFTER = 2;
const SHOWN = 10;

export interface CodeSource {
  secret: Uint8Array;
  sessionId: string;
  stepSeconds: number;
}

export const stepAt = (ms: number, stepSeconds: number) => Math.floor(ms / 1000 / stepSeconds);

function letters({ secret, sessionId }: CodeSource, step: number): string {
  const message = new Uint8Array(24);
  message.set(uuidToBytes(sessionId));
  new DataView(message.buffer).setBigInt64(16, BigInt(step));
  return encodeBase32(hmac(sha256, secret, message).subarray(0, SHOWN));
}

/** The code of a session at a moment of the service's clock, `step.letters`. */
export function codeAt(source: CodeSource, ms: number): string {
  const step = stepAt(ms, source.stepSeconds);
  return `${step}.${letters(source, step)}`;
}

export function codeHolds(source: CodeSource, code: string, ms: number): boolean {
  const [, step, said] = /^(\d{1,15})\.([A-Z2-7]+)$/.exec(code.trim().toUpperCase()) ?? [];
  if (step === undefined) return false;
  const now = stepAt(ms, source.stepSeconds);
  const own = Number(step);
  return now >= own && now <= own + STEPS_AFTER && said === letters(source, own);
}

/** What the QR on the guide's screen leads to. */
export function attendUrl(origin: string, source: CodeSource, ms: number): string {
  return `${origin}/attend/${source.sessionId}?c=${codeAt(source, ms)}`;
}
