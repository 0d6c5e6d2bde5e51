import { type HeapEntry, IndexedHeap } from "./indexed-heap.js";
import type { JobTable } from "./job-table.js";

interface Cursor extends HeapEntry {
  slot: number;
  readonly rest: Iterator<number>;
}

/** Merges lists of slots, each in the order of the places, to one in that order; only as far as it is read. */
export function* mergeInOrder(table: JobTable, lists: Iterable<Iterable<number>>): IterableIterator<number> {
  const cursors = new IndexedHeap<Cursor>((a, b) => table.compare(a.slot, b.slot) < 0);
  for (const list of lists) {
    const rest = list[Symbol.iterator]();
    const first = rest.next();
    if (!first.done) cursors.set({ slot: first.value, rest, heapIndex: -1 });
  }
  for (let cursor = cursors.top; cursor; cursor = cursors.top) {
    yield cursor.slot;
    const next = cursor.rest.next();
    if (next.done) {
      cursors.delete(cursor);
    } else {
      cursor.slot = next.value;
      cursors.set(cursor);
    }
  }
}
