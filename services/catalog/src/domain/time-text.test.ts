import fc from "fast-check";
import { expect, test } from "vitest";
import { parseTime, shortTime, timeFromParts, timeToParts } from "./time-text.js";

test.each([
  ["2026-01-14T10:00:00Z", "2026-01-14T10:00:00.000000Z"],
  ["2026-01-14t10:00:00.5z", "2026-01-14T10:00:00.500000Z"],
  ["2026-01-14 10:00:00.123456789+02:30", "2026-01-14T07:30:00.123456Z"],
  ["2026-01-01T00:30:00+01:00", "2025-12-31T23:30:00.000000Z"],
  ["2016-12-31T23:59:60Z", "2017-01-01T00:00:00.000000Z"],
  ["2024-02-29T00:00:00-00:00", "2024-02-29T00:00:00.000000Z"],
  ["0099-03-01T00:00:00Z", "0099-03-01T00:00:00.000000Z"],
])("%s is %s", (text, canonical) => {
  expect(parseTime(text)).toBe(canonical);
});

test.each([
  "",
  "2026-01-14",
  "2026-01-14T10:00:00",
  "2026-1-14T10:00:00Z",
  "2026-02-30T00:00:00Z",
  "2025-02-29T00:00:00Z",
  "2026-13-01T00:00:00Z",
  "2026-00-10T00:00:00Z",
  "2026-01-14T24:00:00Z",
  "2026-01-14T10:60:00Z",
  "2026-01-14T10:00:61Z",
  "2026-01-14T10:00:00+24:00",
  "0000-01-01T00:00:00Z",
  "0001-01-01T00:00:00+00:01",
  "9999-12-31T23:59:59-00:01",
  " 2026-01-14T10:00:00Z",
])("%s is no time", (text) => {
  expect(parseTime(text)).toBeUndefined();
});

test("canonical texts compare as their times, and survive the way through seconds and nanoseconds", () => {
  const parts = fc.record({
    seconds: fc.bigInt({ min: -62_135_596_800n, max: 253_402_300_799n }),
    nanos: fc.integer({ min: 0, max: 999_999 }).map((micros) => micros * 1000),
  });
  fc.assert(
    fc.property(parts, parts, (a, b) => {
      const [first, second] = [timeFromParts(a.seconds, a.nanos) ?? "", timeFromParts(b.seconds, b.nanos) ?? ""];
      expect(timeToParts(first)).toEqual(a);
      expect(parseTime(shortTime(first))).toBe(first);
      const difference = a.seconds === b.seconds ? a.nanos - b.nanos : Number(a.seconds - b.seconds);
      expect(Math.sign(difference)).toBe(first < second ? -1 : first > second ? 1 : 0);
    }),
  );
  expect(timeFromParts(253_402_300_800n, 0)).toBeUndefined();
  expect(timeFromParts(1n << 62n, 0)).toBeUndefined();
  expect(timeFromParts(0n, -1)).toBeUndefined();
});
