import fc from "fast-check";
import { expect, test } from "vitest";
import { compareValues, type StoredValue } from "./compare-values.js";
import { ValueColumn } from "./value-column.js";

test("rows have the values that were set last, and places are in the order of the bytes", () => {
  const text = fc.string({
    unit: fc.constantFrom("a", "b", "é", "\u0001", "😀", "\ud7ff", "\ue000", "\uffff"),
    maxLength: 3,
  });
  const writes = fc.array(fc.array(fc.tuple(fc.nat({ max: 9 }), fc.option(text)), { minLength: 1, maxLength: 6 }), {
    maxLength: 8,
  });
  fc.assert(
    fc.property(writes, (batches) => {
      const column = new ValueColumn();
      const expected: (string | null)[] = [];
      for (const batch of batches) {
        // Rows are appended one after the other, as in the table.
        const last = new Map(batch.map(([row, value]) => [Math.min(row, expected.length + 1), value]));
        const rows = [...last.keys()].sort((a, b) => a - b).filter((row, index) => row <= expected.length + index);
        column.set(
          rows,
          rows.map((row) => last.get(row) ?? null),
        );
        for (const row of rows) expected[row] = last.get(row) ?? null;
      }
      const found = expected.map((_, row) => column.values[column.codes[row] as number] ?? null);
      expect(found).toEqual(expected);
      const bytes = column.values.map((value) => Buffer.from(String(value)));
      for (const [index, value] of bytes.entries()) {
        if (index > 0) expect(Buffer.compare(bytes[index - 1] as Buffer, value)).toBe(-1);
        expect(column.placeOf(column.values[index] as StoredValue)).toBe(index);
      }
    }),
  );
});

test("values that no row has any more do not gather", () => {
  const column = new ValueColumn();
  for (let round = 0; round < 5_000; round++) column.set([0, 1], [`changed at ${round}`, "always"]);
  expect(column.values.length).toBeLessThan(1_100);
  expect(column.bytes).toBeLessThan(100_000);
  expect([0, 1].map((row) => column.values[column.codes[row] as number])).toEqual(["changed at 4999", "always"]);
});

test("numbers and booleans compare as such", () => {
  expect([10, 9, -1, 2.5].sort(compareValues)).toEqual([-1, 2.5, 9, 10]);
  expect(compareValues(-0, 0)).toBe(0);
  expect(compareValues(false, true)).toBeLessThan(0);
});
