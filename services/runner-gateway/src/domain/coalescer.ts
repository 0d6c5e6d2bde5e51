/** Gathers single items into batches, one batch under way at a time. */
export interface Coalescer<Item, Result> {
  /** Adds an item to the next batch; settles with its own result, or rejects with the error of the whole batch. */
  add(item: Item): Promise<Result>;
  /**
   * Adds items in a row; settles with their results in order when all are there, or rejects with the error of a batch that had
   * one of them. Costs one promise in all.
   */
  addAll(items: readonly Item[]): Promise<Result[]>;
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

/** Items that were added together. */
interface Group<Result> {
  readonly results: Result[];
  missing: number;
  readonly resolve: (results: Result[]) => void;
  readonly reject: (error: unknown) => void;
}

interface Waiting<Item, Result> {
  readonly item: Item;
  readonly group: Group<Result>;
  /** Place of the item in its group. */
  readonly place: number;
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
        batch.forEach(({ group, place }, index) => {
          group.results[place] = results[index] as Result;
          if (--group.missing === 0) group.resolve(group.results);
        });
      } catch (error) {
        for (const { group } of batch) group.reject(error);
      }
      inFlight = 0;
    }
    running = false;
    for (const settle of idlers) settle();
    idlers = [];
  }

  function addAll(items: readonly Item[]): Promise<Result[]> {
    if (items.length === 0) return Promise.resolve([]);
    return new Promise((resolve, reject) => {
      const group = { results: [], missing: items.length, resolve, reject };
      items.forEach((item, place) => {
        waiting.push({ item, group, place });
      });
      if (running) return;
      running = true;
      // At the end of this turn of the event loop: what other connections bring in the same turn comes along.
      setImmediate(() => void run());
    });
  }

  let running = false;
  return {
    add: async (item) => (await addAll([item]))[0] as Result,
    addAll,
    idle: () => (running ? new Promise((resolve) => idlers.push(resolve)) : Promise.resolve()),
    get size() {
      return waiting.length + inFlight;
    },
  };
}
