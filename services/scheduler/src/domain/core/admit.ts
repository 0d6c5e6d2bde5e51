import { bucketAt, type RetentionFamily } from "./bucket.js";
import type { SerialMark } from "./bucket-index.js";
import { attemptCommitted, claimEvents, grant } from "./claim.js";
import { eventOf, openState } from "./core-event.js";
import type { CoreState } from "./core-state.js";
import { dispatch, stopWaiting, waiterFor } from "./dispatch.js";
import type { JobShape, LiveAttempt, OpenJob } from "./model.js";
import type { Namespace } from "./namespace.js";
import { requestDay } from "./request-day.js";
import type { CoreEvent, JobBody, RequestRecord, SubmitWrite, Write } from "./writes.js";

/** One job that a client asks for. */
export interface JobRequest {
  readonly shape: Omit<JobShape, "id">;
  readonly rankClass: number;
  readonly rank: number;
  readonly weight: number;
  /** Not before this time, ms; 0 is at once. */
  readonly readyAt: number;
  /** How long it is kept. */
  readonly family: RetentionFamily;
  readonly body: JobBody;
  /** Names the item for repeats over calls; empty for none. */
  readonly idempotencyKey: string;
  readonly fingerprint: Uint8Array | undefined;
}

/** Admits jobs, all of them in one write. `requestKey` names the call for repeats; empty for none. */
export function admit(
  now: number,
  space: Namespace,
  requestKey: string,
  items: readonly JobRequest[],
): { readonly jobs: readonly OpenJob[]; readonly write: SubmitWrite } {
  const jobs: { job: OpenJob; body: JobBody }[] = [];
  const shapes: { space: Namespace; shape: JobShape }[] = [];
  const marks = new Set<SerialMark>();
  const attempts: LiveAttempt[] = [];
  const requests: RequestRecord[] = [];
  const events: CoreEvent[] = [];
  for (const item of items) {
    const { shape, isNew } = space.shapeFor(item.shape);
    if (isNew) shapes.push({ space, shape });
    const job = newJob(now, space, shape, item);
    const mark = space.buckets.note(job.bucket, job.serial);
    if (mark) marks.add(mark);
    jobs.push({ job, body: item.body });
    events.push(eventOf(job, "SUBMITTED", now, openState(job)));
    if (item.idempotencyKey !== "")
      requests.push(requestOf(space, `item:${item.idempotencyKey}`, item.fingerprint, job.serial, 1, now));
    const attempt = handOver(now, job);
    if (attempt) {
      attempts.push(attempt);
      events.push(...claimEvents(now, attempt));
    }
  }
  const first = jobs[0]?.job.serial ?? 0;
  if (requestKey !== "") requests.push(requestOf(space, requestKey, undefined, first, jobs.length, now));
  const write: SubmitWrite = {
    ...{ lane: "submit", requests, shapes, jobs, attempts, events },
    marks: [...marks].map((mark) => ({ space, mark })),
  };
  for (const { job } of jobs) {
    job.pending = write;
    space.jobs.set(job.serial, job);
  }
  return { jobs: jobs.map(({ job }) => job), write };
}

/** New jobs are durable: they wait for their time or for a runner, or begin. */
export function admitted(state: CoreState, now: number, write: SubmitWrite): Write[] {
  const ready: OpenJob[] = [];
  for (const { space, mark } of write.marks) space.buckets.stored(mark);
  for (const { job } of write.jobs) {
    if (job.phase === "claiming") continue;
    job.pending = undefined;
    waitInLine(state, now, job);
    if (job.phase === "queued") ready.push(job);
  }
  for (const attempt of write.attempts) attemptCommitted(state, now, attempt);
  return dispatch(now, ready);
}

/** Puts an open job where it waits: into its lane, or aside until its time has come. */
export function waitInLine(state: CoreState, now: number, job: OpenJob): void {
  if (job.readyAt > now) {
    job.phase = "scheduled";
    job.readyTimer = state.timers.add(job.readyAt, { type: "ready", job });
  } else {
    job.readyAt = 0;
    job.phase = "queued";
    job.space.enqueue(job);
  }
  const { scheduleToStartMs } = job.shape.policy;
  if (scheduleToStartMs > 0 && job.attempt === 0) {
    job.startTimer ??= state.timers.add(job.createdMicros / 1_000 + scheduleToStartMs, { type: "not-started", job });
  }
}

/**
 * A runner that waits gets a new job in the write that stores it: one commit from submit to start instead of two. Only when nothing
 * of the lane is waiting, since a job that came earlier must not be overtaken.
 */
function handOver(now: number, job: OpenJob): LiveAttempt | undefined {
  if (job.readyAt > 0) return undefined;
  const lane = job.space.laneFor(job.shape);
  if (lane.jobs.size > 0) return undefined;
  const waiter = waiterFor(lane);
  if (!waiter) return undefined;
  const attempt = grant(now, job, waiter);
  if (waiter.wants() <= 0) stopWaiting(waiter);
  return attempt;
}

function newJob(now: number, space: Namespace, shape: JobShape, item: JobRequest): OpenJob {
  const createdMicros = space.nextCreatedMicros(now);
  return {
    space,
    shape,
    serial: space.nextSerial(),
    bucket: bucketAt(item.family, createdMicros / 1_000),
    rankClass: item.rankClass,
    rank: item.rank,
    weight: item.weight,
    createdMicros,
    readyAt: item.readyAt > now ? item.readyAt : 0,
    reopen: 0,
    attempt: 0,
    counted: 0,
    failures: 0,
    lostBeforeStart: 0,
    lostAfterStart: 0,
    phase: "admitting",
    lane: undefined,
    live: undefined,
    pending: undefined,
    readyTimer: undefined,
    startTimer: undefined,
  };
}

function requestOf(
  space: Namespace,
  key: string,
  fingerprint: Uint8Array | undefined,
  firstSerial: number,
  count: number,
  at: number,
): RequestRecord {
  return { space, key, fingerprint, firstSerial, count, at, day: requestDay(key, at) };
}
