import { type HeapEntry, IndexedHeap } from "./indexed-heap.js";

interface Entry extends HeapEntry {
  readonly value: number;
  count: number;
}

/** Numbers, each as often as it was added, of which the smallest is known. Adding and removing costs O(log of the distinct ones). */
export class MinMultiset {
  readonly #entries = new Map<number, Entry>();
  readonly #heap = new IndexedHeap<Entry>((a, b) => a.value < b.value);

  /** The smallest, or undefined. */
  get min(): number | undefined {
    return this.#heap.top?.value;
  }

  /** Adds a number. */
  add(value: number): void {
    const known = this.#entries.get(value);
    if (known) {
      known.count++;
      return;
    }
    const entry: Entry = { value, count: 1, heapIndex: -1 };
    this.#entries.set(value, entry);
    this.#heap.set(entry);
  }

  /** Takes a number out once; one that is not in is no error. */
  remove(value: number): void {
    const entry = this.#entries.get(value);
    if (!entry || --entry.count > 0) return;
    this.#entries.delete(value);
    this.#heap.delete(entry);
  }
}
