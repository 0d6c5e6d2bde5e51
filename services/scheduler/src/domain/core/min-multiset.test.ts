import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MinMultiset } from "./min-multiset.js";

describe("a multiset with a minimum", () => {
  it("knows the smallest of what is in it, however often each was added", () => {
    const numbers = fc.oneof(fc.integer({ min: -4, max: 4 }), fc.constantFrom(-0, 0.5, -Infinity, Infinity));
    const steps = fc.array(fc.record({ adds: fc.boolean(), value: numbers }), { maxLength: 100 });
    fc.assert(
      fc.property(steps, (list) => {
        const set = new MinMultiset();
        const model: number[] = [];
        for (const { adds, value } of list) {
          // -0 and 0 are one number.
          const at = model.findIndex((other) => other === value);
          if (adds) {
            set.add(value);
            model.push(value);
          } else {
            set.remove(value);
            if (at >= 0) model.splice(at, 1);
          }
          if (model.length === 0) expect(set.min).toBeUndefined();
          else expect(Math.min(...model) === set.min).toBe(true);
        }
      }),
    );
  });
});
