/** A credit in thousandths. */
export function milli(credit: string): bigint {
  const [, sign = "", whole = "0", part = ""] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(credit) ?? [];
  const size = BigInt(whole) * 1000n + BigInt(part.slice(0, 3).padEnd(3, "0"));
  return sign === "-" ? -size : size;
}

/** Thousandths as a decimal with at most `places` places, rounded half up, without trailing zeros. */
export function decimal(value: bigint, places = 3): string {
  const step = 10n ** BigInt(3 - places);
  const size = ((value < 0n ? -value : value) + step / 2n) / step;
  const base = 10n ** BigInt(places);
  const part = (size % base).toString().padStart(places, "0").replace(/0+$/, "");
  return `${value < 0n && size > 0n ? "-" : ""}${size / base}${part && places > 0 ? `.${part}` : ""}`;
}

/** Credit for each of so many persons, to hundredths; null of none. */
export function perHead(credits: string, persons: number): string | null {
  if (persons <= 0) return null;
  const all = BigInt(persons) * 10n;
  // Rounded once, from the exact quotient.
  return decimal(((milli(credits) * 2n + all) / (all * 2n)) * 10n, 2);
}

/** What one is more than another, with its sign. */
export function difference(after: string, before: string): string {
  const change = milli(after) - milli(before);
  return change > 0n ? `+${decimal(change)}` : decimal(change);
}

/** A share as the service gives it (`0.9743`) in percent. */
export function percent(share: string | null | undefined): string | null {
  if (share === null || share === undefined) return null;
  return `${decimal(milli(share) * 100n + (BigInt(share.split(".")[1]?.[3] ?? 0) * 10n), 1)}%`;
}

/** Some of all in percent. */
export function percentOf(some: number, all: number): string | null {
  return all > 0 ? `${decimal(BigInt(Math.round((some / all) * 100_000)), 1)}%` : null;
}

export function count(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+(?!\d))/g, ",");
}
