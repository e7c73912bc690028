// RFC 4648 without padding, upper case: what QR codes keep in their smallest mode.

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const VALUES = new Map([...LETTERS].map((letter, value) => [letter, value]));

export function encodeBase32(bytes: Uint8Array): string {
  let text = "";
  let bits = 0;
  let held = 0;
  for (const byte of bytes) {
    held = (held << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += LETTERS[(held >> bits) & 31];
    }
    held &= (1 << bits) - 1;
  }
  return bits > 0 ? text + LETTERS[(held << (5 - bits)) & 31] : text;
}

/** Undefined unless it is exactly what `encodeBase32` writes. */
export function decodeBase32(text: string): Uint8Array<ArrayBuffer> | undefined {
  const bytes = new Uint8Array(Math.floor((text.length * 5) / 8));
  let at = 0;
  let bits = 0;
  let held = 0;
  for (const letter of text) {
    const value = VALUES.get(letter);
    if (value === undefined) return undefined;
    held = (held << 5) | value;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes[at++] = held >> bits;
      held &= (1 << bits) - 1;
    }
  }
  // Letters that add no byte, or bits beyond the last one: not written by us.
  return bits >= 5 || held !== 0 ? undefined : bytes;
}
