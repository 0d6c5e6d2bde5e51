import { eventOf } from "./core-event.js";
import type { Traits } from "./group.js";
import type { FinalState, JobShape, OpenJob } from "./model.js";
import { type Namespace, plain } from "./namespace.js";
import { type RankRequest, resolveRank } from "./rank.js";
import { type ReportWrite, reportWrite } from "./writes.js";

/** What history knows of a job that has ended, as far as it matters when it is opened again. */
export interface EndedJob {
  readonly serial: number;
  readonly shape: JobShape;
  readonly bucket: number;
  readonly kind: string;
  readonly traits: Traits;
  readonly rankClass: number;
  readonly rank: number;
  readonly weight: number;
  readonly createdMicros: number;
  /** Number of its last attempt; the next one goes on from there. */
  readonly attempt: number;
  readonly reopen: number;
  readonly revision: number;
  readonly reuseKey: string;
  readonly state: FinalState;
}

/** Another place for a job that is opened again; undefined keeps its own. */
export type NewOrder = { readonly rankClass: number; readonly rank: RankRequest; readonly weight: number } | undefined;

/**
 * Opens a job that has ended once more: under the same number, with a fresh budget. Its re-use key is taken back only if it is free.
 * Whoever calls holds the job's turn (`turns.ts`), so that nobody else opens or deletes it meanwhile.
 */
export function reopen(
  now: number,
  space: Namespace,
  ended: EndedJob,
  order: NewOrder,
  actor: string,
): { job: OpenJob; write: ReportWrite } {
  const { serial, shape, bucket, kind, traits, createdMicros, attempt, state, reuseKey } = ended;
  const { queue } = shape.site;
  const job: OpenJob = {
    ...plain,
    space,
    slot: -1,
    serial,
    shape,
    bucket,
    kind,
    traits,
    rankClass: order?.rankClass ?? ended.rankClass,
    rank: order ? resolveRank(space, queue, order.rank) : ended.rank,
    weight: order?.weight ?? ended.weight,
    createdMicros,
    attempt,
    reopen: ended.reopen + 1,
    revision: ended.revision + 1,
    reuseKey: space.reuseKeys.has(reuseKey) ? "" : reuseKey,
    phase: "admitting",
    standing: undefined,
  };
  space.open(job);
  const event = eventOf(job, "REOPENED", now, "QUEUED", { previous: state, actor });
  // The amendment keeps place and revision, which the row of the open job has only while it is open. It also fails the write if the
  // bucket has just been dropped: there is no partition for it then.
  const { rankClass, rank, weight, revision } = job;
  const write = reportWrite({
    reopens: [job],
    amends: [{ job, revision, rankClass, rank, weight, body: undefined }],
    events: [event],
  });
  job.pending = write;
  return { job, write };
}
