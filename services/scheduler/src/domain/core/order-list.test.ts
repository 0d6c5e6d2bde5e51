import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { JobTable } from "./job-table.js";
import { compareOrder, type Ordered } from "./order.js";
import { OrderList } from "./order-list.js";

const place = fc.record({
  rankClass: fc.integer({ min: -1, max: 1 }),
  rank: fc.integer({ min: 0, max: 3 }),
  weight: fc.integer({ min: 0, max: 9 }),
});
const columns = { createdMicros: 0, bucket: 0, shapeId: 1, groupId: -1 };

describe("OrderList", () => {
  it("keeps order, counts and sums like a sorted array", () => {
    const steps = fc.array(
      fc.oneof(
        { weight: 2, arbitrary: place.map((p) => ({ add: p })) },
        fc.nat().map((take) => ({ take })),
      ),
      { maxLength: 2_500 },
    );
    fc.assert(
      fc.property(steps, (commands) => {
        const table = new JobTable();
        const list = new OrderList(table);
        const model: (Ordered & { slot: number })[] = [];
        let serial = 0;
        for (const command of commands) {
          if ("add" in command) {
            const entry = { ...command.add, serial: ++serial };
            const slot = table.add({ ...entry, ...columns });
            list.insert(slot);
            model.push({ ...entry, slot });
            model.sort(compareOrder);
          } else if (model.length > 0) {
            const [entry] = model.splice(command.take % model.length, 1) as [(typeof model)[number]];
            expect(list.remove(entry.slot)).toBe(true);
            expect(list.remove(entry.slot)).toBe(false);
            table.remove(entry.slot);
          }
        }
        expect([...list]).toEqual(model.map(({ slot }) => slot));
        expect(list.size).toBe(model.length);
        expect(list.first()).toBe(model[0]?.slot ?? -1);
        for (const [index, { slot }] of model.entries()) {
          if (index % 7 !== 0) continue;
          const weight = model.slice(0, index).reduce((sum, { weight }) => sum + weight, 0);
          expect(list.ahead(slot)).toEqual({ count: index, weight });
        }
      }),
      { numRuns: 60 },
    );
  });

  it("orders by class, rank and serial, and -0 like 0", () => {
    const table = new JobTable();
    const list = new OrderList(table);
    const places = [
      [1, 0, 1],
      [0, 5, 2],
      [0, -0, 3],
      [0, 0, 4],
      [-1, 9, 5],
    ] as const;
    for (const [rankClass, rank, serial] of places)
      list.insert(table.add({ rankClass, rank, serial, weight: 1, ...columns }));
    expect([...list].map((slot) => table.serial[slot])).toEqual([5, 3, 4, 2, 1]);
  });
});
