import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compareOrder, type Ordered, OrderList } from "./order-list.js";

const place = fc.record({
  rankClass: fc.integer({ min: -1, max: 1 }),
  rank: fc.integer({ min: 0, max: 3 }),
  weight: fc.integer({ min: 0, max: 9 }),
});

describe("OrderList", () => {
  it("keeps order, counts and sums like a sorted array", () => {
    const steps = fc.array(
      fc.oneof(
        place.map((p) => ({ add: p })),
        fc.nat().map((take) => ({ take })),
      ),
      { maxLength: 1_500 },
    );
    fc.assert(
      fc.property(steps, (commands) => {
        const list = new OrderList<Ordered>();
        const model: Ordered[] = [];
        let serial = 0;
        for (const command of commands) {
          if ("add" in command) {
            const entry = { ...command.add, serial: ++serial };
            list.insert(entry);
            model.push(entry);
            model.sort(compareOrder);
          } else if (model.length > 0) {
            const [entry] = model.splice(command.take % model.length, 1) as [Ordered];
            expect(list.remove(entry)).toBe(true);
            expect(list.remove(entry)).toBe(false);
          }
        }
        expect([...list]).toEqual(model);
        expect(list.size).toBe(model.length);
        expect(list.first()).toBe(model[0]);
        for (const [index, entry] of model.entries()) {
          if (index % 7 !== 0) continue;
          const weight = model.slice(0, index).reduce((sum, { weight }) => sum + weight, 0);
          expect(list.ahead(entry)).toEqual({ count: index, weight });
        }
      }),
      { numRuns: 60 },
    );
  });

  it("splits chunks and stays sorted over thousands of entries", () => {
    const list = new OrderList<Ordered>();
    const entries = Array.from({ length: 5_000 }, (_, i) => ({
      rankClass: 0,
      rank: (i * 7919) % 5_000,
      serial: i,
      weight: 1,
    }));
    for (const entry of entries) list.insert(entry);
    expect([...list].map(({ rank }) => rank)).toEqual(Array.from({ length: 5_000 }, (_, i) => i));
    expect(list.ahead({ rankClass: 0, rank: 4_321, serial: -1, weight: 0 })).toEqual({ count: 4_321, weight: 4_321 });
    for (const entry of entries) list.remove(entry);
    expect(list.size).toBe(0);
    expect(list.first()).toBeUndefined();
  });
});
