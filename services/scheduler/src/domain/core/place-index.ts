import type { JobTable } from "./job-table.js";
import { OrderList } from "./order-list.js";

/** All open jobs of a queue in their order, waiting and running apart. Built at first use, for queues of too many groups to add up. */
export class PlaceIndex {
  readonly waiting: OrderList;
  readonly running: OrderList;

  constructor(table: JobTable) {
    this.waiting = new OrderList(table);
    this.running = new OrderList(table);
  }
}
