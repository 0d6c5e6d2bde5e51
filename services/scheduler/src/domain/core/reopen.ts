import { eventOf } from "./core-event.js";
import type { Traits } from "./group.js";
import type { FinalState, JobShape, OpenJob } from "./model.js";
import type { Namespace } from "./namespace.js";
import { createOpenJob } from "./open-job.js";
import { type RankRequest, resolveRank } from "./rank.js";
import { type ReportWrite, reportWrite, type RequestRecord } from "./writes.js";

/** What history knows of a job that has ended, as far as it matters when it is opened again. */
export interface EndedJob {
  readonly serial: number;
  readonly shape: JobShape;
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

/** How often a job can be opened again: ids count no further. */
export const maxReopens = 255;

/** Another place for a job that is opened again; undefined keeps its own. */
export type NewOrder = { readonly rankClass: number; readonly rank: RankRequest; readonly weight: number } | undefined;

/**
 * Opens a job that has ended once more: under the same number, with a fresh budget. Its re-use key is taken back only if it is free. It doesn't wait
 * for parents again: who opens it has looked. Whoever calls holds the job's turn (`turns.ts`), so that nobody else opens or deletes it
 * meanwhile. `requestKey` names the call for repeats; empty for none.
 */
export function reopen(
  now: number,
  space: Namespace,
  ended: EndedJob,
  order: NewOrder,
  by: { readonly actor: string; readonly requestKey: string },
): { job: OpenJob; write: ReportWrite } {
  const { serial, shape, kind, traits, createdMicros, attempt, state, reuseKey } = ended;
  const { queue } = shape.site;
  const init = {
    space,
    serial,
    shape,
    kind,
    traits,
    rankClass: order?.rankClass ?? ended.rankClass,
    rank: order ? resolveRank(space, queue, order.rank) : ended.rank,
    weight: order?.weight ?? ended.weight,
    createdMicros,
  };
  const job = createOpenJob(init, "admitting", {
    attempt,
    reopen: ended.reopen + 1,
    reopened: { at: now, attempt },
    revision: ended.revision + 1,
    reuseKey,
  });
  space.open(job);
  const event = eventOf(job, "REOPENED", now, "QUEUED", { previous: state, actor: by.actor });
  // The amendment keeps place and revision, which the row of the open job has only while it is open.
  const { rankClass, rank, weight, revision } = job;
  const write = reportWrite({
    reopens: [job],
    amends: [{ job, revision, rankClass, rank, weight, body: undefined }],
    requests: requestsOf(now, job, by.requestKey),
    events: [event],
  });
  job.pending = write;
  return { job, write };
}

function requestsOf(at: number, { space, serial }: OpenJob, key: string): RequestRecord[] {
  return key === "" ? [] : [{ space, key, fingerprint: undefined, serials: [serial], at }];
}
