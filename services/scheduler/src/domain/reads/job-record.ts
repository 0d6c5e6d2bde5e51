import type { Pool } from "@switchyard/postgres";
import { readEnds, readJobs } from "../../store/job-rows.js";
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
  readonly pool: Pool;
  /** @throws SwitchyardError `SHARD_LOST` when the term is not in force any more */
  assertValid(): void;
}

/**
 * Reads jobs, in the order of the serials; those that do not exist are left out.
 *
 * Rows are read before memory is looked at: a job that ends in between has its end in the rows of the next read only, so memory's word
 * ("still open") is taken, which was true when the read began. The rows may also be ahead of memory, which learns of a commit by its answer: of
 * what happened to the attempt that memory has, only the job's end counts.
 *
 * @throws SwitchyardError `SHARD_LOST` when the term ended meanwhile: its memory may be older than what others were told
 */
export async function readRecords(
  term: ReadTerm,
  space: Namespace,
  serials: readonly number[],
  payloads: boolean,
): Promise<JobRecord[]> {
  if (serials.length === 0) return [];
  const openBefore = new Map(serials.map((serial) => [serial, space.job(serial)]));
  const buckets = space.buckets.holding(serials);
  if (buckets.length === 0) return [];
  const [jobs, ends] = await Promise.all([
    readJobs(term.pool, space.id, buckets, serials, payloads),
    readEnds(term.pool, space.id, buckets, serials, payloads),
  ]);
  term.assertValid();
  const endsOf = new Map<number, StoredEnd[]>();
  for (const end of ends) {
    const list = endsOf.get(end.serial);
    if (list) list.push(end);
    else endsOf.set(end.serial, [end]);
  }
  const bySerial = new Map(jobs.map((job) => [job.serial, job]));
  return serials.flatMap((serial) => {
    const stored = bySerial.get(serial);
    return stored ? [recordOf(space, stored, endsOf.get(serial) ?? [], openBefore.get(serial))] : [];
  });
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
