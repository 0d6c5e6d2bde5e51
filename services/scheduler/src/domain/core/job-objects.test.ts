import fc from "fast-check";
import { expect, test } from "vitest";
import { JobObjects } from "./job-objects.js";
import type { OpenJob } from "./model.js";

test("finds by slot what was set last, and lists each once", () => {
  const step = fc.record({ slot: fc.integer({ min: 0, max: 300 }), isSet: fc.boolean() });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
      const objects = new JobObjects();
      const expected = new Map<number, OpenJob>();
      for (const { slot, isSet } of steps) {
        const job = { slot } as OpenJob;
        if (isSet) {
          objects.set(job);
          expected.set(slot, job);
        } else {
          objects.delete(slot);
          expected.delete(slot);
        }
        expect(objects.at(slot)).toBe(expected.get(slot));
      }
      for (let slot = 0; slot <= 1_000; slot++) expect(objects.at(slot)).toBe(expected.get(slot));
      const bySlot = (a: OpenJob, b: OpenJob) => a.slot - b.slot;
      expect([...objects.values()].sort(bySlot)).toEqual([...expected.values()].sort(bySlot));
    }),
  );
});
