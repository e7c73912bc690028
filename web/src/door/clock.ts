// How far the device's clock is from the service's. Each scan carries what was known when it was made.

/** Answers that took longer say too little about the middle of their way. */
const SLOWEST = 10_000;

export interface ClockCheck {
  /** What must be added to the device's clock, in milliseconds. */
  offset: number;
  /** By the device's clock. */
  measuredAt: number;
}

/** From when the request left, what the service's clock said, and when the answer came. */
export function measure(left: number, serverTime: string, came: number): ClockCheck | undefined {
  const server = Date.parse(serverTime);
  if (Number.isNaN(server) || came < left || came - left > SLOWEST) return undefined;
  return { offset: Math.round(server - (left + came) / 2), measuredAt: came };
}

/** Asks, and measures on the way. */
export async function measured<T extends { server_time: string }>(
  ask: () => Promise<T>,
  now: () => number = Date.now,
): Promise<{ answer: T; clock: ClockCheck | undefined }> {
  const left = now();
  const answer = await ask();
  return { answer, clock: measure(left, answer.server_time, now()) };
}

export const corrected = (deviceTime: number, offset: number | null | undefined) => deviceTime + (offset ?? 0);
