import type { Bucket } from "./bucket.js";
import type { HeapEntry } from "./indexed-heap.js";
import type { JobTable } from "./job-table.js";
import type { Lane } from "./lane.js";
import type { LimitKey } from "./limit-key.js";
import type { Ordered } from "./order.js";
import { OrderList } from "./order-list.js";
import type { Flow } from "./queue.js";

/** What makes jobs of one lane wait apart: the keys that limit them, and whose turn they take. Interned per namespace. */
export interface Traits {
  readonly concurrencyKeys: readonly string[];
  readonly rateKeys: readonly string[];
  readonly fairnessKey: string;
}

/** Jobs without keys, sharing the turn of the empty fairness key. */
export const noTraits: Traits = { concurrencyKeys: [], rateKeys: [], fairnessKey: "" };

/** Waiting jobs of one lane with the same traits. Whatever lets one of them start lets the first of them start. */
export class Group implements HeapEntry {
  heapIndex = -1;
  bucket: Bucket | undefined;
  readonly jobs: OrderList;
  /** Whose turns it takes; set while it has jobs. */
  flow: Flow | undefined;
  /** The turns of its flow by which it is ordered now; 0 where the order alone decides. Changes one group at a time, as the heaps need it. */
  turns = 0;

  constructor(
    readonly id: number,
    readonly lane: Lane,
    readonly traits: Traits,
    readonly keys: readonly LimitKey[],
    private readonly table: JobTable,
  ) {
    this.jobs = new OrderList(table);
  }

  /** The place of its first job; it must have one. */
  get first(): Ordered {
    return this.table.placeAt(this.jobs.first());
  }

  /** Whether the first job of this group comes before the first of another one of the same queue. */
  isBefore(other: Group): boolean {
    if (this.turns !== other.turns) return this.turns < other.turns;
    return this.table.compare(this.jobs.first(), other.jobs.first()) < 0;
  }
}
