import type { Group } from "./group.js";
import type { Queue } from "./queue.js";

/**
 * Counts the jobs in the lists of groups anew, by queue, group by group in the order of their numbers. Jobs may come and go between two groups: what changes in
 * a group that was counted is added or taken off at once, and one that was not is counted later as it is by then. So the sums hold at every moment.
 */
export class ListRecount {
  /** Jobs in the groups that were counted. */
  readonly jobs = new Map<Queue, number>();
  #upTo = 0;

  /** Counts the next group. */
  add(group: Group): void {
    this.#upTo = group.id;
    this.#add(group, group.jobs.size);
  }

  /** A group has got or lost a job. */
  changed(group: Group, by: 1 | -1): void {
    if (group.id <= this.#upTo) this.#add(group, by);
  }

  #add({ lane }: Group, by: number): void {
    const { queue } = lane.site;
    this.jobs.set(queue, (this.jobs.get(queue) ?? 0) + by);
  }
}
