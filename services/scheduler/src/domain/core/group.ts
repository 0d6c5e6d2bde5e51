import type { Bucket } from "./bucket.js";
import type { HeapEntry } from "./indexed-heap.js";
import type { JobTable } from "./job-table.js";
import type { Lane } from "./lane.js";
import type { LimitKey } from "./limit-key.js";
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

  constructor(
    readonly id: number,
    readonly lane: Lane,
    readonly traits: Traits,
    readonly keys: readonly LimitKey[],
    readonly flow: Flow,
    private readonly table: JobTable,
  ) {
    this.jobs = new OrderList(table);
  }

  /** Whether the first job of this group comes before the first of another one of the same queue. */
  isBefore(other: Group): boolean {
    if (this.lane.site.queue.settings.fair && this.flow.virtual !== other.flow.virtual)
      return this.flow.virtual < other.flow.virtual;
    return this.table.compare(this.jobs.first(), other.jobs.first()) < 0;
  }
}
