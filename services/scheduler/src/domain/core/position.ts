import { mergeInOrder } from "./merge-in-order.js";
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

/** More groups than these, or objects among which to find the running jobs, are no longer added up: the queue gets an index of all places. */
const addedUp = 64;

/** The place of an open job among those of its queue that wait, and, if asked for, those that run. */
export function placeOf(job: OpenJob, includeRunning: boolean): QueuePlace {
  const { space, slot, shape } = job;
  const { queue } = shape.site;
  const running = includeRunning ? queue.counts.claimed + queue.counts.started : 0;
  if (!queue.places && (queue.groups > addedUp || (running > 0 && space.objectCount > addedUp)))
    buildPlaces(space, queue);
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
  if (running === 0) return { position, weightAhead };
  for (const other of space.objects()) {
    const isAhead =
      other.live && other.slot >= 0 && other.shape.site.queue === queue && space.table.compare(other.slot, slot) < 0;
    if (isAhead) add({ count: 1, weight: other.weight });
  }
  return { position, weightAhead };
}

/** All open jobs of a namespace in order, or those of one queue: those that run, or wait for parents or time, at their places among the rest. */
export function openInOrder(space: Namespace, queueName: string): IterableIterator<number> {
  const queues = [...space.shapes.queues.values()].filter(
    ({ name, open }) => open > 0 && (queueName === "" || name === queueName),
  );
  const lists = queues.flatMap((queue) => {
    const { waiting, running, aside } = placesOf(space, queue);
    return [waiting, running, aside];
  });
  return mergeInOrder(space.table, lists);
}

/** Jobs of a queue in order that wait in line, and running ones among them. */
export function inOrder(space: Namespace, queue: Queue): IterableIterator<number> {
  const { waiting, running } = placesOf(space, queue);
  return mergeInOrder(space.table, [waiting, running]);
}

function placesOf(space: Namespace, queue: Queue): PlaceIndex {
  return queue.places ?? buildPlaces(space, queue);
}

function buildPlaces(space: Namespace, queue: Queue): PlaceIndex {
  const places = new PlaceIndex(space.table);
  for (const lane of queue.lanes)
    for (const group of lane.groups()) for (const slot of group.jobs) places.waiting.insert(slot);
  for (const job of space.objects()) {
    if (job.shape.site.queue !== queue) continue;
    // Those in line are in their groups, but for one that is being claimed or changed, until that is durable.
    if (job.standing !== "queued" || (space.table.groupId[job.slot] as number) < 0)
      places.listOf(job.standing)?.insert(job.slot);
  }
  queue.places = places;
  return places;
}
