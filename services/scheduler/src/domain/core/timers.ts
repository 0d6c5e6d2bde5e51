/** Something that comes due. */
export interface Timer<T> {
  readonly at: number;
  readonly value: T;
  /** Place in the heap; -1 once it has been taken or cancelled. The heap's own. */
  index: number;
}

/**
 * A binary heap of times with what is due then. Each entry knows its place, so it can be cancelled in O(log n): at a hundred thousand
 * jobs a second the leases of finished jobs must not lie about until they would have ended.
 */
export class Timers<T> {
  readonly #heap: Timer<T>[] = [];
  /** Told when something is added that is due before all else. */
  onEarlier: ((at: number) => void) | undefined;

  /** Number of entries. */
  get size(): number {
    return this.#heap.length;
  }

  /** The earliest time in ms, or undefined. */
  next(): number | undefined {
    return this.#heap[0]?.at;
  }

  /** Notes that something is due at a time in ms. */
  add(at: number, value: T): Timer<T> {
    const timer: Timer<T> = { at, value, index: this.#heap.length };
    this.#heap.push(timer);
    this.#rise(timer);
    if (timer.index === 0) this.onEarlier?.(at);
    return timer;
  }

  /** Forgets an entry; one that is gone already, or undefined, is no error. */
  cancel(timer: Timer<T> | undefined): void {
    if (!timer || timer.index < 0) return;
    const at = timer.index;
    const last = this.#heap.pop() as Timer<T>;
    if (last !== timer) {
      this.#put(at, last);
      this.#rise(last);
      this.#sink(last);
    }
    timer.index = -1;
  }

  /** Takes out the earliest entry that is due at `now`. */
  take(now: number): T | undefined {
    const first = this.#heap[0];
    if (!first || first.at > now) return undefined;
    this.cancel(first);
    return first.value;
  }

  #rise(timer: Timer<T>): void {
    while (timer.index > 0) {
      const at = timer.index;
      const above = (at - 1) >>> 1;
      const parent = this.#heap[above] as Timer<T>;
      if (parent.at <= timer.at) return;
      this.#put(at, parent);
      this.#put(above, timer);
    }
  }

  #sink(timer: Timer<T>): void {
    for (;;) {
      const at = timer.index;
      const left = this.#heap[2 * at + 1];
      const right = this.#heap[2 * at + 2];
      const child = right && left && right.at < left.at ? right : left;
      if (!child || child.at >= timer.at) return;
      this.#put(child.index, timer);
      this.#put(at, child);
    }
  }

  #put(index: number, timer: Timer<T>): void {
    this.#heap[index] = timer;
    timer.index = index;
  }
}
