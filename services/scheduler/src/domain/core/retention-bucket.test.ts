import { describe, expect, it } from "vitest";
import { bucketAt, dayMs, familyFor, familyOf, keepFamily, retentionFamilies, spanOf } from "./retention-bucket.js";

describe("retention families", () => {
  it.each([
    [1, 7],
    [7, 7],
    [8, 30],
    [31, 90],
    [400, 400],
    [401, Number.POSITIVE_INFINITY],
  ])("a wish of %d days is rounded up to %d", (days, kept) => {
    expect(familyFor(days).leastDays).toBe(kept);
  });

  it("have numbers of their own", () => {
    expect(new Set(retentionFamilies.map(({ id }) => id)).size).toBe(retentionFamilies.length);
  });
});

describe("a bucket", () => {
  it.each(retentionFamilies)("of family $id tells its family and its span", (family) => {
    for (let day = 20_000; day < 20_100; day++) {
      const bucket = bucketAt(family, day * dayMs + 1);
      const { fromMs, untilMs } = spanOf(bucket);
      expect(familyOf(bucket)).toBe(family);
      expect(untilMs - fromMs).toBe(family.spanDays * dayMs);
      expect(bucketAt(family, fromMs)).toBe(bucket);
      expect(bucketAt(family, untilMs - 1)).toBe(bucket);
      expect(bucketAt(family, untilMs)).toBeGreaterThan(bucket);
    }
  });

  it("fits in an int, also in a hundred years", () => {
    expect(bucketAt(keepFamily, 56_000 * dayMs)).toBeLessThan(2 ** 31);
  });

  it("of no family is refused", () => {
    expect(() => familyOf(920_000)).toThrow(RangeError);
  });
});
