import type { OpenJob } from "./model.js";
import type { Namespace } from "./namespace.js";
import { PlaceIndex } from "./place-index.js";
import type { Queue } from "./queue.js";

/** A place among the open jobs of a queue. */
export interface QueuePlace {
  /** Jobs before it, from 0. */
  readonly position: number;
  /** Sum of their weights. */
  readonly weightAhead: number;
}

/** More groups, or running jobs, than these are no longer added up: the queue gets an index of all places from then on. */
const addedUp = 64;

/** The place of an open job among those of its queue that wait, and, if asked for, those that run. */
export function placeOf(job: OpenJob, includeRunning: boolean): QueuePlace {
  const { space, slot, shape } = job;
  const { queue } = shape.site;
  const running = queue.counts.claimed + queue.counts.started;
  if (!queue.places && (queue.groups > addedUp || (includeRunning && running > addedUp))) buildPlaces(space, queue);
  let position = 0;
  let weightAhead = 0;
  const add = ({ count, weight }: { count: number; weight: number }) => {
    position += count;
    weightAhead += weight;
  };
  const { places } = queue;
  if (places) {
    add(places.waiting.ahead(slot));
    if (includeRunning) add(places.running.ahead(slot));
    return { position, weightAhead };
  }
  for (const lane of queue.lanes) for (const group of lane.groups()) add(group.jobs.ahead(slot));
  if (!includeRunning) return { position, weightAhead };
  for (const other of space.objects()) {
    const isAhead =
      other.live && other.slot >= 0 && other.shape.site.queue === queue && space.table.compare(other.slot, slot) < 0;
    if (isAhead) add({ count: 1, weight: other.weight });
  }
  return { position, weightAhead };
}

/** Open jobs of a queue in order, running ones among them. */
export function* inOrder(space: Namespace, queue: Queue): IterableIterator<number> {
  if (!queue.places) buildPlaces(space, queue);
  const { waiting, running } = queue.places as PlaceIndex;
  const a = waiting[Symbol.iterator]();
  const b = running[Symbol.iterator]();
  let left = a.next();
  let right = b.next();
  while (!left.done || !right.done) {
    if (right.done || (!left.done && space.table.compare(left.value, right.value) < 0)) {
      yield left.value as number;
      left = a.next();
    } else {
      yield right.value;
      right = b.next();
    }
  }
}

function buildPlaces(space: Namespace, queue: Queue): void {
  const places = new PlaceIndex(space.table);
  for (const lane of queue.lanes)
    for (const group of lane.groups()) for (const slot of group.jobs) places.waiting.insert(slot);
  for (const job of space.objects()) {
    const runs = job.standing === "claimed" || job.standing === "started";
    if (runs && job.shape.site.queue === queue) places.running.insert(job.slot);
  }
  queue.places = places;
}
