import { expect, it } from "vitest";
import { JobTable } from "./job-table.js";
import type { Ordered } from "./order.js";

const submitted = (serial: number): Ordered => ({ rankClass: 0, rank: 0, serial, weight: 0 });

function tableOf(places: readonly Ordered[]): JobTable {
  const table = new JobTable();
  for (const place of places)
    table.add({ ...place, createdMicros: place.serial * 1e6, bucket: 7, shapeId: place.serial % 5, groupId: -1 });
  return table;
}

const all = (table: JobTable) => Array.from(table.slots(), (slot) => table.placeAt(slot));

it("keeps the places of all jobs when the first one comes that is ranked, and when it grows then", () => {
  const before = Array.from({ length: 1_000 }, (_, i) => submitted(i));
  const ranked = { rankClass: -1, rank: 2.5, serial: 1_000, weight: 40 };
  const behind = Array.from({ length: 3_000 }, (_, i) => ({ ...submitted(1_001 + i), rank: i % 7 }));
  const table = tableOf([...before, ranked, ...behind]);
  expect(all(table)).toEqual([...before, ranked, ...behind]);
  const first = table.slotOf(0);
  expect(table.compare(table.slotOf(1_000), first)).toBeLessThan(0);
  expect(table.compare(table.slotOf(1_002), first)).toBeGreaterThan(0);
  expect(table.compare(table.slotOf(1_001), first)).toBeGreaterThan(0);
});

it("orders jobs by their submission while none is ranked, and ranks them anew in their slots", () => {
  const table = tableOf(Array.from({ length: 100 }, (_, i) => submitted(i)));
  const [a, b] = [table.slotOf(3), table.slotOf(90)];
  expect(table.compare(a, b)).toBeLessThan(0);
  table.place(b, { rankClass: 0, rank: -1, weight: 0 });
  expect(table.compare(a, b)).toBeGreaterThan(0);
  table.place(b, submitted(90));
  expect(table.compare(a, b)).toBeLessThan(0);
  expect(all(table)).toHaveLength(100);
});

it("gives a slot that was ranked to a job that is not", () => {
  const table = tableOf([{ rankClass: 3, rank: 9, serial: 1, weight: 8 }]);
  table.remove(table.slotOf(1));
  const slot = table.add({ ...submitted(2), createdMicros: 5, bucket: 1, shapeId: 0, groupId: -1 });
  expect(table.placeAt(slot)).toEqual(submitted(2));
  expect(table.slotOf(1)).toBe(-1);
  expect(table.size).toBe(1);
});
