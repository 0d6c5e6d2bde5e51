/** Something that happens at a virtual moment. */
export interface SimEvent {
  readonly at: number;
  /** Orders events of one moment: as they were added. */
  readonly order: number;
  run: (() => void) | undefined;
}

/** Events by their time, and by the order of their adding where that is equal: a binary heap. */
export class EventQueue {
  readonly #heap: SimEvent[] = [];
  #added = 0;

  get size(): number {
    return this.#heap.length;
  }

  /** Adds an event. It is taken back by taking its `run` away. */
  add(at: number, run: () => void): SimEvent {
    const event: SimEvent = { at, order: this.#added++, run };
    const heap = this.#heap;
    let i = heap.length;
    heap.push(event);
    while (i > 0) {
      const above = (i - 1) >> 1;
      if (!isBefore(event, heap[above] as SimEvent)) break;
      heap[i] = heap[above] as SimEvent;
      i = above;
    }
    heap[i] = event;
    return event;
  }

  /** Takes the first event; undefined when there is none. */
  take(): SimEvent | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (!first || !last || heap.length === 0) return first;
    let i = 0;
    for (;;) {
      let below = 2 * i + 1;
      if (below >= heap.length) break;
      if (below + 1 < heap.length && isBefore(heap[below + 1] as SimEvent, heap[below] as SimEvent)) below++;
      if (!isBefore(heap[below] as SimEvent, last)) break;
      heap[i] = heap[below] as SimEvent;
      i = below;
    }
    heap[i] = last;
    return first;
  }
}

function isBefore(a: SimEvent, b: SimEvent): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
