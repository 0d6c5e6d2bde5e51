import type { JobListFilter, JobListPage } from "../../store/list-jobs.js";
import type { Lane } from "../core/lane.js";
import type { Namespace } from "../core/namespace.js";

/** Jobs in line that are looked through in memory, which takes some milliseconds. */
const looked = 100_000;

/** What memory can tell of a job in line. */
const known: readonly string[] = [
  ...["states", "blocked", "scheduled", "shapes", "queue", "kinds"],
  ...["createdFromMicros", "createdBeforeMicros", "afterSerial"],
];

/**
 * The numbers of a page of queued jobs of a queue or of kinds, by memory. Rows of waiting jobs don't tell queue and kind, so among millions the few of a small queue
 * would be looked for one by one; here its lanes name them. Undefined where the rows have to be asked: for another filter or order, and for so many jobs that
 * their rows are not far apart.
 */
export function waitingSerials(space: Namespace, filter: JobListFilter, page: JobListPage): number[] | undefined {
  const { states = [], queue, kinds } = filter;
  const isKnown = Object.entries(filter).every(([name, value]) => value === undefined || known.includes(name));
  if (!isKnown || states.length !== 1 || states[0] !== "QUEUED" || (queue ?? kinds) === undefined) return undefined;
  if (filter.shapes && queue === undefined) return undefined;
  if (page.order !== "newest" && page.order !== "oldest") return undefined;
  const lanes = [...space.allLanes()].filter(
    ({ site, kind }) => (queue === undefined || site.queue.name === queue) && (!kinds || kinds.includes(kind)),
  );
  if (lanes.reduce((sum, { size }) => sum + size, 0) > looked) return undefined;
  const found = Float64Array.from(matching(space, lanes, filter, page)).sort();
  const ordered = page.order === "oldest" ? found : found.reverse();
  return [...ordered.subarray(page.offset, page.offset + page.limit)];
}

/** One that is being claimed or changed is in no lane, and stands in line until that is durable. */
function* matching(
  space: Namespace,
  lanes: readonly Lane[],
  filter: JobListFilter,
  { order, cursor }: JobListPage,
): IterableIterator<number> {
  const { table } = space;
  const { queue, kinds, afterSerial = 0 } = filter;
  const { createdFromMicros = 0, createdBeforeMicros = Number.POSITIVE_INFINITY } = filter;
  const isWanted = (slot: number) => {
    const created = table.createdMicros[slot] as number;
    const serial = table.serial[slot] as number;
    if (created < createdFromMicros || created >= createdBeforeMicros || serial <= afterSerial) return false;
    return cursor === undefined || (order === "oldest" ? serial > cursor : serial < cursor);
  };
  for (const lane of lanes)
    for (const { jobs } of lane.groups())
      for (const slot of jobs) if (isWanted(slot)) yield table.serial[slot] as number;
  for (const { slot, serial, standing, shape, kind } of space.objects()) {
    if (standing !== "queued" || table.groupId[slot] !== -1 || !isWanted(slot)) continue;
    if ((queue === undefined || shape.queue === queue) && (!kinds || kinds.includes(kind))) yield serial;
  }
}
