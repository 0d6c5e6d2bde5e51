import { dayAt } from "./retention-bucket.js";

/** How far the time in a request id may be from now and still be believed, ms. */
export const trustedMs = 5 * 60_000;

/** How long a request is known for repeats at least, ms. */
export const requestWindowMs = 86_400_000;

/** Whether a key is a UUIDv7 (RFC 9562) that says that it was made a moment ago. */
export function isRecentUuid7(key: string, now: number): boolean {
  const at = timeOfUuid7(key);
  return at !== undefined && Math.abs(at - now) < trustedMs;
}

/**
 * The day under which a request is stored. For an id that says when it was made, and is believed without a look-up, it is the day of that time:
 * a repeat gets the same day, also past midnight, so that the primary key of the table refuses it even when memory has forgotten it.
 */
export function requestDay(key: string, now: number): number {
  return dayAt(isRecentUuid7(key, now) ? (timeOfUuid7(key) as number) : now);
}

/** The days under which requests of a span of time are stored. */
export function requestDays(fromMs: number, toMs: number): number[] {
  const first = dayAt(fromMs - trustedMs);
  return Array.from({ length: dayAt(toMs + trustedMs) - first + 1 }, (_, i) => first + i);
}

/** Keys begin with a word and a colon. */
const uuid7 = /^[a-z]+:([0-9a-f]{8})-([0-9a-f]{4})-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

function timeOfUuid7(key: string): number | undefined {
  const found = uuid7.exec(key);
  return found ? Number.parseInt(`${found[1]}${found[2]}`, 16) : undefined;
}
