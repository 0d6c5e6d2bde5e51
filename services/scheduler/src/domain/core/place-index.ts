import type { JobTable } from "./job-table.js";
import { OrderList } from "./order-list.js";
import type { Standing } from "./queue.js";

/** All open jobs of a queue in their order, by what they do. Made for queues of too many groups to add up. */
export class PlaceIndex {
  readonly waiting: OrderList;
  readonly running: OrderList;
  /** Those that wait for parents or for their time. */
  readonly aside: OrderList;

  constructor(table: JobTable) {
    this.waiting = new OrderList(table);
    this.running = new OrderList(table);
    this.aside = new OrderList(table);
  }

  /** The list of the jobs that stand there; undefined for those that stand nowhere. */
  listOf(standing: Standing | undefined): OrderList | undefined {
    if (standing === undefined) return undefined;
    if (standing === "queued") return this.waiting;
    return standing === "claimed" || standing === "started" ? this.running : this.aside;
  }
}
