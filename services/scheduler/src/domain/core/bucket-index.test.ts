import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BucketIndex } from "./bucket-index.js";

describe("a bucket index", () => {
  it("gives the mark to every write of a bucket until one is stored", () => {
    const index = new BucketIndex([]);
    const mark = index.note(200_001, 7);
    expect(mark).toEqual({ bucket: 200_001, firstSerial: 7 });
    expect(index.note(200_001, 8)).toBe(mark);
    index.stored(mark as NonNullable<typeof mark>);
    expect(index.note(200_001, 9)).toBeUndefined();
  });

  it("names no bucket for a number before all marks, and none that is forgotten", () => {
    const index = new BucketIndex([{ bucket: 200_001, firstSerial: 5 }]);
    expect(index.holding([4])).toEqual([]);
    index.forget(200_001);
    expect(index.holding([5])).toEqual([]);
    expect([...index.families()]).toEqual([]);
  });

  it("leads to the bucket of every job, also when loaded from its marks", () => {
    const jobs = fc.array(fc.record({ family: fc.integer({ min: 1, max: 5 }), days: fc.nat({ max: 3 }) }), {
      minLength: 1,
      maxLength: 60,
    });
    fc.assert(
      fc.property(jobs, (steps) => {
        const index = new BucketIndex([]);
        const stored: { bucket: number; serial: number }[] = [];
        let day = 1;
        for (const [i, { family, days }] of steps.entries()) {
          day += days;
          const bucket = family * 100_000 + day;
          index.note(bucket, i + 1);
          stored.push({ bucket, serial: i + 1 });
        }
        const loaded = new BucketIndex(index.ranges().map(({ bucket, from }) => ({ bucket, firstSerial: from })));
        for (const each of [index, loaded]) {
          for (const { bucket, serial } of stored) {
            const held = each.holding([serial]);
            expect(held).toContain(bucket);
            expect(held.length).toBeLessThanOrEqual(5);
            const range = each.ranges().find((known) => known.bucket === bucket);
            expect(range && range.from <= serial && serial <= range.upTo).toBe(true);
          }
        }
      }),
    );
  });
});
