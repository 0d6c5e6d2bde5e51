import { type Clock, systemClock } from "@switchyard/clock";
import { type Caller, presentSpan, withCallers } from "@switchyard/tracing";

/** Gathers single items into batches, one batch under way at a time. */
export interface Coalescer<Item, Result> {
  /** Adds an item to the next batch; settles with its own result, or rejects with the error of the whole batch. */
  add(item: Item): Promise<Result>;
  /**
   * Adds items in a row, which must not change from then on; settles with their results in order when all are there, or rejects with the error of a batch that had
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
  /** Default: the machine's. */
  readonly clock?: Clock;
}

/** Items that were added together. */
interface Group<Item, Result> {
  readonly items: readonly Item[];
  /** How many of them have left. */
  taken: number;
  /** Results so far; of a group that leaves as a whole the batch has them. */
  readonly results: Result[];
  readonly caller: Caller;
  readonly resolve: (results: Result[]) => void;
  readonly reject: (error: unknown) => void;
}

/** Items of a group that leave in one batch, beginning at a place. */
interface Part<Item, Result> {
  readonly group: Group<Item, Result>;
  readonly from: number;
  readonly to: number;
}

/**
 * Creates a coalescer. A batch leaves as soon as the one before has returned, without a timer: alone an item waits for
 * nothing, under load batches grow by themselves. Order is kept, within a batch and from batch to batch. A batch is handled in the trace of its first
 * caller, linked to those of the others.
 */
export function createCoalescer<Item, Result>(options: CoalescerOptions<Item, Result>): Coalescer<Item, Result> {
  const { flush, maxItems, maxWeight = Number.POSITIVE_INFINITY, weigh = () => 0, clock = systemClock } = options;
  let waiting: Group<Item, Result>[] = [];
  let size = 0;
  let idlers: (() => void)[] = [];

  function take(): Part<Item, Result>[] {
    const parts: Part<Item, Result>[] = [];
    let weight = 0;
    let count = 0;
    let isFull = false;
    for (const group of waiting) {
      const { items, taken: from } = group;
      let to = from;
      for (; to < items.length; to++, count++) {
        weight += weigh(items[to] as Item);
        isFull = count >= maxItems || (weight > maxWeight && count > 0);
        if (isFull) break;
      }
      if (to > from) parts.push({ group, from, to });
      group.taken = to;
      if (isFull) break;
    }
    waiting = waiting.filter(({ items, taken }) => taken < items.length);
    return parts;
  }

  /** The items of a batch: those of a group that makes up all of it are passed on as they came. */
  function itemsOf(parts: readonly Part<Item, Result>[]): readonly Item[] {
    const [only] = parts;
    if (only !== undefined && parts.length === 1 && isWhole(only)) return only.group.items;
    return parts.flatMap(({ group, from, to }) => group.items.slice(from, to));
  }

  async function run(): Promise<void> {
    while (waiting.length > 0) {
      const parts = take();
      const items = itemsOf(parts);
      try {
        const results = await withCallers(
          parts,
          ({ group }) => group.caller,
          () => flush(items),
        );
        if (results.length !== items.length) {
          throw new Error(`a batch of ${items.length} was answered with ${results.length} results`);
        }
        let place = 0;
        for (const part of parts) {
          const { group, from, to } = part;
          const own = results.slice(place, place + to - from);
          place += own.length;
          if (isWhole(part)) {
            group.resolve(own);
            continue;
          }
          for (const result of own) group.results.push(result);
          if (group.results.length === group.items.length) group.resolve(group.results);
        }
      } catch (error) {
        for (const { group } of parts) group.reject(error);
      }
      size -= items.length;
    }
    running = false;
    for (const settle of idlers) settle();
    idlers = [];
  }

  function addAll(items: readonly Item[]): Promise<Result[]> {
    if (items.length === 0) return Promise.resolve([]);
    return new Promise((resolve, reject) => {
      waiting.push({ items, taken: 0, results: [], caller: presentSpan(), resolve, reject });
      size += items.length;
      if (running) return;
      running = true;
      // At the end of this turn of the event loop: what other connections bring in the same turn comes along.
      clock.setImmediate(() => void run());
    });
  }

  let running = false;
  return {
    add: async (item) => (await addAll([item]))[0] as Result,
    addAll,
    idle: () => (running ? new Promise((resolve) => idlers.push(resolve)) : Promise.resolve()),
    get size() {
      return size;
    },
  };
}

function isWhole<Item, Result>({ group, from, to }: Part<Item, Result>): boolean {
  return from === 0 && to === group.items.length;
}
