import type { Clock } from "@switchyard/clock";
import type { ShardStore } from "../../store/shard-store.js";
import { openState } from "../core/core-event.js";
import type { JobShape, JobState, OpenJob } from "../core/model.js";
import type { Namespace } from "../core/namespace.js";
import type { StoredEnd, StoredJob } from "./stored-job.js";

/** Everything that is known about a job: what was stored, and where it is in memory while it is open. */
export interface JobRecord {
  readonly space: Namespace;
  readonly shape: JobShape;
  readonly stored: StoredJob;
  /** All recorded ends, oldest first. */
  readonly ends: readonly StoredEnd[];
  /** The job in memory; undefined once it has ended. */
  readonly open: OpenJob | undefined;
  /** The end of the job; undefined while it is open. */
  readonly finalEnd: StoredEnd | undefined;
  readonly state: JobState;
}

/** The term whose memory a read looks at. */
export interface ReadTerm {
  readonly store: Pick<ShardStore, "readJobs" | "readEnds">;
  readonly clock: Clock;
  /** @throws SwitchyardError `SHARD_LOST` when the term is not in force any more */
  assertValid(): void;
}

/** Jobs, and how many of the serials they answer: more than there are jobs when some are gone, less when there are enough bytes. */
export interface Records {
  readonly records: JobRecord[];
  readonly covered: number;
}

/** Reads jobs, as {@link readFirstRecords}, all of them. */
export async function readRecords(
  term: ReadTerm,
  space: Namespace,
  serials: readonly number[],
  payloads: boolean,
): Promise<JobRecord[]> {
  return (await readFirstRecords(term, space, serials, payloads, Number.POSITIVE_INFINITY)).records;
}

/**
 * Reads jobs, in the order of the serials; those that do not exist are left out. With payloads it stops at the job with which their inputs, or
 * their results, have reached `maxBytes`; one job is always read.
 *
 * Rows are read before memory is looked at: a job that ends in between has its end in the rows of the next read only, so memory's word
 * ("still open") is taken, which was true when the read began. The rows may also be ahead of memory, which learns of a commit by its answer: of
 * what happened to the attempt that memory has, only the job's end counts.
 *
 * @throws SwitchyardError `SHARD_LOST` when the term ended meanwhile: its memory may be older than what others were told
 */
export async function readFirstRecords(
  term: ReadTerm,
  space: Namespace,
  serials: readonly number[],
  payloads: boolean,
  maxBytes: number,
): Promise<Records> {
  const openBefore = new Map(serials.map((serial) => [serial, space.job(serial)]));
  const buckets = space.buckets.holding(serials);
  if (buckets.length === 0) return { records: [], covered: serials.length };
  const withPast = serials.filter((serial) => !hasNoPast(openBefore.get(serial)));
  const [jobs, earlier] = await Promise.all([
    term.store.readJobs(space.id, buckets, serials, payloads, maxBytes),
    withPast.length === 0 ? [] : term.store.readEnds(space.id, buckets, withPast, payloads, maxBytes),
  ]);
  const later = await readLaterEnds(term, space, buckets, serials, new Set(withPast), payloads);
  term.assertValid();
  const endsOf = new Map<number, StoredEnd[]>();
  for (const end of [...earlier, ...later]) {
    const list = endsOf.get(end.serial);
    if (list) list.push(end);
    else endsOf.set(end.serial, [end]);
  }
  const bySerial = new Map(jobs.map((job) => [job.serial, job]));
  const records: JobRecord[] = [];
  let [inputBytes, resultBytes] = [0, 0];
  for (const [index, serial] of serials.entries()) {
    // The rows of what follows were left out.
    if (inputBytes >= maxBytes || resultBytes >= maxBytes) return { records, covered: index };
    const [stored, storedEnds] = [bySerial.get(serial), endsOf.get(serial) ?? []];
    inputBytes += stored?.input?.byteLength ?? 0;
    for (const { result } of storedEnds) resultBytes += result?.byteLength ?? 0;
    if (stored) records.push(recordOf(space, stored, storedEnds, openBefore.get(serial)));
  }
  return { records, covered: serials.length };
}

/** Whether no attempt of an open job has ended, so that there are no rows of ends. So it is with nearly all that wait, and most that run. */
function hasNoPast(job: OpenJob | undefined): boolean {
  return job !== undefined && job.reopen === 0 && job.attempt === (job.live ? 1 : 0);
}

/** The ends of jobs that had none when the read began, and have some now; until nothing more has ended meanwhile. */
async function readLaterEnds(
  term: ReadTerm,
  space: Namespace,
  buckets: readonly number[],
  serials: readonly number[],
  read: Set<number>,
  payloads: boolean,
): Promise<StoredEnd[]> {
  const ends: StoredEnd[] = [];
  for (;;) {
    const changed = serials.filter((serial) => !read.has(serial) && !hasNoPast(space.job(serial)));
    if (changed.length === 0) return ends;
    for (const serial of changed) read.add(serial);
    ends.push(...(await term.store.readEnds(space.id, buckets, changed, payloads)));
  }
}

/** How often a job was reopened. */
export function reopenCount({ open, finalEnd }: JobRecord): number {
  return open?.reopen ?? finalEnd?.reopen ?? 0;
}

function recordOf(
  space: Namespace,
  stored: StoredJob,
  storedEnds: readonly StoredEnd[],
  inMemory: OpenJob | undefined,
): JobRecord {
  const last = storedEnds.at(-1);
  // A reopening that is not durable yet has happened for nobody.
  const known = inMemory?.phase === "admitting" && inMemory.reopen > 0 ? undefined : inMemory;
  const reopen = known?.reopen ?? last?.reopen ?? 0;
  const finalEnd = storedEnds.find((end) => end.jobState !== undefined && end.reopen === reopen);
  const open = finalEnd ? undefined : known;
  const live = open?.live;
  const ends = live ? storedEnds.filter(({ attempt }) => attempt < live.number) : storedEnds;
  const shape = space.shapes.get(stored.shapeId);
  if (!shape)
    throw new Error(
      `job ${stored.serial} of namespace ${space.name} names shape ${stored.shapeId}, which is not known`,
    );
  const state = finalEnd?.jobState ?? (open ? openState(open) : "QUEUED");
  return { space, shape, stored, ends, open, finalEnd, state };
}
