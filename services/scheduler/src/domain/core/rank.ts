import { MinMultiset } from "./min-multiset.js";
import type { Namespace } from "./namespace.js";
import type { Queue } from "./queue.js";

/** A rank as it is asked for: a number, or an offset to the smallest rank of all open jobs of the queue. */
export type RankRequest = { readonly rank: number } | { readonly fromMinimum: number };

/**
 * The number that a rank stands for now. The minimum is over every class, running jobs included, and 0 when there is none. The ranks of a queue are kept
 * from the first time on that somebody asks.
 */
export function resolveRank(space: Namespace, queue: Queue, request: RankRequest): number {
  if ("rank" in request) return request.rank;
  return (ranksOf(space, queue).min ?? 0) + request.fromMinimum;
}

function ranksOf(space: Namespace, queue: Queue): MinMultiset {
  if (queue.ranks) return queue.ranks;
  const ranks = new MinMultiset();
  const { table } = space;
  for (const slot of table.slots()) {
    if (space.shapes.get(table.shapeId[slot] as number)?.site.queue === queue) ranks.add(table.rankAt(slot));
  }
  queue.ranks = ranks;
  return ranks;
}
