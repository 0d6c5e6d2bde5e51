import fc from "fast-check";
import { expect, it } from "vitest";
import { type HeapEntry, IndexedHeap } from "./indexed-heap.js";

interface Entry extends HeapEntry {
  readonly id: number;
  key: number;
}

it("has the least entry on top, whatever is added, moved and taken out, one at a time", () => {
  const step = fc.record({ id: fc.nat(60), key: fc.nat(40), out: fc.boolean() });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 400, size: "max" }), (steps) => {
      const heap = new IndexedHeap<Entry>((a, b) => a.key < b.key || (a.key === b.key && a.id < b.id));
      const entries = new Map<number, Entry>();
      const inside = new Set<Entry>();
      for (const { id, key, out } of steps) {
        const entry = entries.get(id) ?? { id, key, heapIndex: -1 };
        entries.set(id, entry);
        if (out) {
          heap.delete(entry);
          inside.delete(entry);
          expect(entry.heapIndex).toBe(-1);
        } else {
          entry.key = key;
          heap.set(entry);
          inside.add(entry);
        }
        const least = [...inside].sort((a, b) => a.key - b.key || a.id - b.id)[0];
        if (heap.top !== least) expect(heap.top).toEqual(least);
      }
      expect(heap.size).toBe(inside.size);
      expect(new Set(heap)).toEqual(inside);
    }),
    { numRuns: 500 },
  );
});
