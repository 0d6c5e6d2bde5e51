import { expect, test } from "vitest";
import { dayMs } from "./retention-bucket.js";
import { isRecentUuid7, requestDay, requestDays, requestWindowMs } from "./request-day.js";

const midnight = 20_500 * dayMs;

function uuid7(at: number): string {
  const time = at.toString(16).padStart(12, "0");
  return `${time.slice(0, 8)}-${time.slice(8)}-7abc-8abc-0123456789ab`;
}

test("a fresh UUIDv7 keeps its day over midnight, everything else gets the day of the call", () => {
  const made = midnight - 1_000;
  for (const now of [made, midnight + 1_000]) {
    expect(isRecentUuid7(`call:${uuid7(made)}`, now)).toBe(true);
    expect(requestDay(`call:${uuid7(made)}`, now)).toBe(20_499);
    expect(requestDay("call:abc", now)).toBe(now < midnight ? 20_499 : 20_500);
  }
  const old = `call:${uuid7(midnight - 600_000)}`;
  expect(isRecentUuid7(old, midnight)).toBe(false);
  expect(requestDay(old, midnight)).toBe(20_500);
});

test("the days of a window hold every request that was made in it", () => {
  for (let now = midnight - dayMs; now < midnight + dayMs; now += 97_000) {
    const days = requestDays(now - requestWindowMs, now);
    for (const at of [now - requestWindowMs, now - 1, now]) {
      for (const key of ["call:x", `call:${uuid7(at - 290_000)}`, `call:${uuid7(at + 290_000)}`])
        expect(days).toContain(requestDay(key, at));
    }
  }
});
