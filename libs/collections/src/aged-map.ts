interface Entry<V> {
  readonly value: V;
  /** Number of its place in the order. */
  readonly place: number;
}

/**
 * A map whose entries have an age: from when they were set last. The oldest is found at once.
 *
 * A `Map` keeps the order of insertion too, but finds its first key by passing all that were deleted before it, which makes forgetting from the old end
 * slower the more is remembered. Here keys stand in a list as well, and those that were deleted or set again are passed once.
 */
export class AgedMap<K, V> {
  readonly #entries = new Map<K, Entry<V>>();
  #order: K[] = [];
  /** Index in the order of the first key that may still be there. */
  #first = 0;
  /** Place of the first key of the list. */
  #base = 0;

  /** Entries held. */
  get size(): number {
    return this.#entries.size;
  }

  /** Whether there is an entry. */
  has(key: K): boolean {
    return this.#entries.has(key);
  }

  /** The value of a key; undefined without an entry. */
  get(key: K): V | undefined {
    return this.#entries.get(key)?.value;
  }

  /** Sets a value. The entry is the youngest from now on, whether it was there or not. */
  set(key: K, value: V): void {
    this.#entries.set(key, { value, place: this.#base + this.#order.length });
    this.#order.push(key);
    // Each entry may leave one key behind before the list is made anew, so that this costs each a constant time.
    if (this.#order.length > 2 * this.#entries.size + 1_000) this.#compact();
  }

  /** Takes an entry away; says whether it was there. */
  delete(key: K): boolean {
    return this.#entries.delete(key);
  }

  /** The values, oldest first. */
  values(): Iterable<V> {
    return this.#order
      .slice(this.#first)
      .map((key, i) => ({ entry: this.#entries.get(key), place: this.#base + this.#first + i }))
      .flatMap(({ entry, place }) => (entry?.place === place ? [entry.value] : []));
  }

  /** The oldest entry; undefined when there is none. */
  oldest(): readonly [K, V] | undefined {
    for (; this.#first < this.#order.length; this.#first++) {
      const key = this.#order[this.#first] as K;
      const entry = this.#entries.get(key);
      if (entry?.place === this.#base + this.#first) return [key, entry.value];
    }
    return undefined;
  }

  #compact(): void {
    const kept: K[] = [];
    for (let i = this.#first; i < this.#order.length; i++) {
      const key = this.#order[i] as K;
      if (this.#entries.get(key)?.place === this.#base + i) kept.push(key);
    }
    this.#base += this.#order.length;
    for (const [i, key] of kept.entries()) {
      const { value } = this.#entries.get(key) as Entry<V>;
      this.#entries.set(key, { value, place: this.#base + i });
    }
    this.#order = kept;
    this.#first = 0;
  }
}
