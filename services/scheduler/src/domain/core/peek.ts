import { mergeInOrder } from "./merge-in-order.js";
import type { Namespace } from "./namespace.js";
import type { OrderList } from "./order-list.js";
import type { Profile } from "./profile.js";
import { fullKey } from "./seats.js";

/** The slots of the jobs that a profile could claim now, in the order of their places. Reserves nothing. */
export function claimable(now: number, space: Namespace, profile: Profile): IterableIterator<number> {
  return mergeInOrder(space.table, openLists(now, profile));
}

function* openLists(now: number, profile: Profile): IterableIterator<OrderList> {
  for (const { queue, lanes } of profile.lines.values()) {
    if (queue.settings.paused) continue;
    for (const { lane } of lanes) for (const group of lane.groups()) if (!fullKey(group, now)) yield group.jobs;
  }
}
