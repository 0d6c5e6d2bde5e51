import type { Traits } from "./group.js";
import type { JobShape, OpenJob, ParentEdge } from "./model.js";
import type { Namespace } from "./namespace.js";

/** What every open job has. */
export interface JobInit {
  readonly space: Namespace;
  readonly serial: number;
  readonly shape: JobShape;
  readonly bucket: number;
  readonly kind: string;
  readonly traits: Traits;
  readonly rankClass: number;
  readonly rank: number;
  readonly weight: number;
  readonly createdMicros: number;
}

/** What only some have. */
export type JobHistory = Partial<
  Pick<
    OpenJob,
    | "readyAt"
    | "reopen"
    | "reopened"
    | "attempt"
    | "counted"
    | "failures"
    | "lostBeforeStart"
    | "lostAfterStart"
    | "revision"
    | "reuseKey"
    | "parents"
    | "storedParents"
  >
>;

const noParents: readonly ParentEdge[] = [];

/**
 * Makes the object of an open job. One literal with all fields in one order, for every job: jobs that are put together in several ways, or by spreading, have
 * several hidden classes or none, and cost three times as much to make and to read.
 */
export function createOpenJob(init: JobInit, phase: OpenJob["phase"], history?: JobHistory): OpenJob {
  const job: OpenJob = {
    space: init.space,
    slot: -1,
    serial: init.serial,
    shape: init.shape,
    bucket: init.bucket,
    kind: init.kind,
    traits: init.traits,
    rankClass: init.rankClass,
    rank: init.rank,
    weight: init.weight,
    createdMicros: init.createdMicros,
    readyAt: 0,
    reopen: 0,
    reopened: undefined,
    attempt: 0,
    counted: 0,
    failures: 0,
    lostBeforeStart: 0,
    lostAfterStart: 0,
    revision: 1,
    reuseKey: "",
    parents: noParents,
    storedParents: noParents,
    failedParent: undefined,
    phase,
    standing: undefined,
    live: undefined,
    pending: undefined,
    readyTimer: undefined,
    startTimer: undefined,
  };
  return history ? Object.assign(job, history) : job;
}
