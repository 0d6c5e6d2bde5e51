/** Gathers single items into batches, one batch under way at a time. */
export interface Coalescer<Item, Result> {
  /** Adds an item to the next batch; settles with its own result, or rejects with the error of the whole batch. */
  add(item: Item): Promise<Result>;
  /** Settles when nothing waits and nothing is under way. Never rejects. */
  idle(): Promise<void>;
  /** Items that wait or are under way. */
  readonly size: number;
}

/** Options of {@link createCoalescer}. */
export interface CoalescerOptions<Item, Result> {
  /** Handles a batch; returns one result per item, in order. */
  readonly flush: (items: readonly Item[]) => Promise<readonly Result[]>;
  /** Most items in a batch. */
  readonly maxItems: number;
  /** Most weight in a batch; a heavier single item goes alone. Default: no limit. */
  readonly maxWeight?: number;
  /** Weight of an item, bytes for instance. Default 0. */
  readonly weigh?: (item: Item) => number;
}

interface Waiting<Item, Result> {
  readonly item: Item;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Creates a coalescer. A batch leaves as soon as the one before has returned, without a timer: alone an item waits for
 * nothing, under load batches grow by themselves. Order is kept, within a batch and from batch to batch.
 */
export function createCoalescer<Item, Result>(options: CoalescerOptions<Item, Result>): Coalescer<Item, Result> {
  const { flush, maxItems, maxWeight = Number.POSITIVE_INFINITY, weigh = () => 0 } = options;
  let waiting: Waiting<Item, Result>[] = [];
  let inFlight = 0;
  let idlers: (() => void)[] = [];

  function take(): Waiting<Item, Result>[] {
    let weight = 0;
    let count = 0;
    for (; count < waiting.length && count < maxItems; count++) {
      weight += weigh((waiting[count] as Waiting<Item, Result>).item);
      if (weight > maxWeight && count > 0) break;
    }
    const batch = waiting.slice(0, count);
    waiting = waiting.slice(count);
    return batch;
  }

  async function run(): Promise<void> {
    while (waiting.length > 0) {
      const batch = take();
      inFlight = batch.length;
      try {
        const results = await flush(batch.map(({ item }) => item));
        if (results.length !== batch.length) {
          throw new Error(`a batch of ${batch.length} was answered with ${results.length} results`);
        }
        for (const [index, { resolve }] of batch.entries()) resolve(results[index] as Result);
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
      inFlight = 0;
    }
    running = false;
    for (const settle of idlers) settle();
    idlers = [];
  }

  let running = false;
  return {
    add(item) {
      return new Promise((resolve, reject) => {
        waiting.push({ item, resolve, reject });
        if (running) return;
        running = true;
        // At the end of this turn of the event loop: what other connections bring in the same turn comes along.
        setImmediate(() => void run());
      });
    },
    idle: () => (running ? new Promise((resolve) => idlers.push(resolve)) : Promise.resolve()),
    get size() {
      return waiting.length + inFlight;
    },
  };
}
