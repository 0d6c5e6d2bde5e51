/** An entry of an {@link IndexedHeap}. */
export interface HeapEntry {
  /** Place in its heap; -1 while it is in none. The heap's own. */
  heapIndex: number;
}

/** A binary heap whose entries know their places, so that one whose key has changed is moved, or taken out, in O(log n). */
export class IndexedHeap<T extends HeapEntry> {
  readonly #items: T[] = [];

  /** `before` says whether `a` comes before `b`; ties must not matter. */
  constructor(private readonly before: (a: T, b: T) => boolean) {}

  /** Number of entries. */
  get size(): number {
    return this.#items.length;
  }

  /** The first entry, or undefined. */
  get top(): T | undefined {
    return this.#items[0];
  }

  /** Adds an entry, or moves it to where its key says now. */
  set(entry: T): void {
    if (entry.heapIndex < 0) {
      entry.heapIndex = this.#items.length;
      this.#items.push(entry);
      this.#rise(entry);
      return;
    }
    this.#rise(entry);
    this.#sink(entry);
  }

  /** Takes an entry out; one that is not in is no error. */
  delete(entry: T): void {
    const at = entry.heapIndex;
    if (at < 0) return;
    const last = this.#items.pop() as T;
    entry.heapIndex = -1;
    if (last === entry) return;
    this.#put(at, last);
    this.#rise(last);
    this.#sink(last);
  }

  /** Orders everything anew, after keys changed at large. */
  rebuild(): void {
    for (let at = (this.#items.length >>> 1) - 1; at >= 0; at--) this.#sink(this.#items[at] as T);
  }

  /** The entries in no particular order. */
  [Symbol.iterator](): IterableIterator<T> {
    return this.#items[Symbol.iterator]();
  }

  #rise(entry: T): void {
    while (entry.heapIndex > 0) {
      const at = entry.heapIndex;
      const above = (at - 1) >>> 1;
      const parent = this.#items[above] as T;
      if (!this.before(entry, parent)) return;
      this.#put(at, parent);
      this.#put(above, entry);
    }
  }

  #sink(entry: T): void {
    for (;;) {
      const at = entry.heapIndex;
      const left = this.#items[2 * at + 1];
      const right = this.#items[2 * at + 2];
      const child = right && left && this.before(right, left) ? right : left;
      if (!child || !this.before(child, entry)) return;
      this.#put(child.heapIndex, entry);
      this.#put(at, child);
    }
  }

  #put(index: number, entry: T): void {
    this.#items[index] = entry;
    entry.heapIndex = index;
  }
}
