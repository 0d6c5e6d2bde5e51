import { mergeInOrder } from "./merge-in-order.js";
import type { OpenJob } from "./model.js";
import type { Namespace } from "./namespace.js";
import type { OrderKey } from "./order.js";
import type { OrderList } from "./order-list.js";
import { PlaceIndex } from "./place-index.js";
import type { Queue } from "./queue.js";

/** A place among the open jobs of a queue. */
export interface QueuePlace {
  /** Jobs before it, from 0. */
  readonly position: number;
  /** Sum of their weights. */
  readonly weightAhead: number;
}

/**
 * Groups that are added up, and objects among which running jobs are looked for, whenever somebody asks. Where there are more, the queue gets an index of all
 * places, which is made at once: in a queue of millions that stops the process for seconds, so there it takes more groups to be worth it.
 */
const addedUp = { small: 64, large: 1_024 };
/** Waiting jobs from which on a queue is a large one. */
const largeQueue = 100_000;

/** Objects that are looked through, and put in order, for a list. */
const ordered = 4_096;

/** The place of an open job among those of its queue that wait, and, if asked for, those that run. */
export function placeOf(job: OpenJob, includeRunning: boolean): QueuePlace {
  const { space, slot, shape } = job;
  const { queue } = shape.site;
  const running = includeRunning ? queue.counts.claimed + queue.counts.started : 0;
  const limit = queue.counts.queued < largeQueue ? addedUp.small : addedUp.large;
  if (!queue.places && (queue.groups > limit || (running > 0 && space.objectCount > limit))) indexPlaces(space, queue);
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

/** Which open jobs are wanted in order. What is not said leaves nothing out. */
export interface OpenSelection {
  /** Of this queue only. */
  readonly queue?: string;
  /** Of these kinds only, as far as they wait in line; of the others all come. */
  readonly kinds?: readonly string[];
  /** How they stand. */
  readonly standings?: readonly (keyof PlaceLists)[];
  /** Behind this place only. */
  readonly after?: OrderKey;
}

/** Lists of jobs by what they do, each in order. */
type PlaceLists = Readonly<Record<"waiting" | "running" | "aside", readonly OrderList[]>>;

/** Open jobs of a namespace in order: those that run, or wait for parents or time, at their places among the rest. Lists must not be changed while it is read. */
export function openInOrder(space: Namespace, selection: OpenSelection): IterableIterator<number> {
  const { queue: name, kinds, standings = ["waiting", "running", "aside"], after } = selection;
  const lists: Iterable<number>[] = [];
  const others = objectsByQueue(space);
  for (const queue of space.shapes.queues.values()) {
    if (queue.open === 0 || (name !== undefined && queue.name !== name)) continue;
    const places = listsOf(space, queue, kinds, others.get(queue) ?? []);
    for (const standing of standings)
      for (const list of places[standing]) lists.push(after ? list.behind(after) : list);
  }
  return mergeInOrder(space.table, lists);
}

/**
 * The open jobs of a queue, as they are put together: those in line stand in order in their groups, the few others are put in order now. With very many groups or
 * objects the queue keeps an index of all places from now on.
 */
function listsOf(
  space: Namespace,
  queue: Queue,
  kinds: readonly string[] | undefined,
  objects: readonly OpenJob[],
): PlaceLists {
  if (!queue.places && (queue.groups > addedUp.large || objects.length > ordered)) indexPlaces(space, queue);
  if (queue.places) {
    const { waiting, running, aside } = queue.places;
    return { waiting: [waiting], running: [running], aside: [aside] };
  }
  const others = new PlaceIndex(space.table);
  addObjects(others, objects);
  const inLine: OrderList[] = [];
  for (const lane of queue.lanes)
    if (!kinds || kinds.includes(lane.kind)) for (const group of lane.groups()) inLine.push(group.jobs);
  return { waiting: [...inLine, others.waiting], running: [others.running], aside: [others.aside] };
}

/** Makes the index of all places of a queue, which is kept from now on. */
export function indexPlaces(space: Namespace, queue: Queue): void {
  const places = new PlaceIndex(space.table);
  for (const lane of queue.lanes)
    for (const group of lane.groups()) for (const slot of group.jobs) places.waiting.insert(slot);
  addObjects(places, objectsByQueue(space).get(queue) ?? []);
  queue.places = places;
}

function addObjects(places: PlaceIndex, objects: readonly OpenJob[]): void {
  for (const { standing, slot } of objects) places.listOf(standing)?.insert(slot);
}

/** The jobs that are in no group: they run or wait aside, or are being claimed or changed and stand in line until that is durable. */
function objectsByQueue(space: Namespace): Map<Queue, OpenJob[]> {
  const queues = new Map<Queue, OpenJob[]>();
  for (const job of space.objects()) {
    if (!job.standing || (job.standing === "queued" && space.table.groupId[job.slot] !== -1)) continue;
    const { queue } = job.shape.site;
    const jobs = queues.get(queue);
    if (jobs) jobs.push(job);
    else queues.set(queue, [job]);
  }
  return queues;
}
