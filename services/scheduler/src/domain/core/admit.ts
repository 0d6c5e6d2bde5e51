import { amended } from "./amend.js";
import type { Batch } from "./batch.js";
import { addClaimEvents, attemptCommitted, grant } from "./claim.js";
import { standInFor } from "./conflict.js";
import { eventOf, openState } from "./core-event.js";
import type { CoreState } from "./core-state.js";
import { waiterFor, stopWaiting } from "./dispatch.js";
import type { Effects } from "./effects.js";
import type { Traits } from "./group.js";
import type { Lane } from "./lane.js";
import { linkParents } from "./link-parents.js";
import type { FinalState, JobShape, OpenJob, ParentEdge, ShapeSpec } from "./model.js";
import type { Namespace } from "./namespace.js";
import { createOpenJob } from "./open-job.js";
import { compareOrder } from "./order.js";
import { type RankRequest, resolveRank } from "./rank.js";
import { requestDay } from "./request-day.js";
import { bucketAt, familyForWish, type RetentionWish } from "./retention-bucket.js";
import { findStandIn, type EndedFacts, type ReuseRequest } from "./reuse.js";
import { fullKey } from "./seats.js";
import { waitInLine } from "./wait.js";
import type { JobBody, RequestRecord, SubmitWrite, Write } from "./writes.js";

/** A job that must end before another one may start: one of the namespace, or an item of the same call. */
export type ParentRequest = Omit<ParentEdge, "parent"> & ({ readonly serial: number } | { readonly item: number });

/** One job that a client asks for. */
export interface JobRequest {
  readonly shape: ShapeSpec;
  readonly kind: string;
  readonly traits: Traits;
  readonly rankClass: number;
  readonly rank: RankRequest;
  readonly weight: number;
  /** Not before this time, ms; 0 is at once. */
  readonly readyAt: number;
  readonly retention: RetentionWish;
  readonly body: JobBody;
  readonly reuse: ReuseRequest | undefined;
  readonly parents: readonly ParentRequest[];
  /** Names the item for repeats over calls; empty for none. */
  readonly idempotencyKey: string;
  readonly fingerprint: Uint8Array | undefined;
}

/** What became of one item. */
export interface Admission {
  readonly serial: number;
  readonly disposition: "CREATED" | "JOINED" | "CACHED" | "AMENDED";
  /** The open job; undefined when a finished one stands for the item. */
  readonly job: OpenJob | undefined;
  /** How the job that stands for the item has ended; undefined when it is open. */
  readonly end: FinalState | undefined;
}

/**
 * Admits jobs, all of them in one write. `requestKey` names the call for repeats, empty for none; `serialsOf` says which jobs stand for all items
 * of the call, those included that are not among these since they are repeats themselves. `facts` is what history says about the keys and
 * parents that the items name. Whatever can refuse an item (`check-items.ts`) has been asked before.
 */
export function admit(
  now: number,
  space: Namespace,
  requestKey: string,
  items: readonly JobRequest[],
  facts: EndedFacts,
  serialsOf: (admissions: readonly Admission[]) => readonly number[] = (all) => all.map(({ serial }) => serial),
):
  | { readonly waitFor: Write }
  | { readonly admissions: readonly Admission[]; readonly write: SubmitWrite; readonly alsoWait: readonly Write[] } {
  for (const { reuse } of items) {
    if (!reuse) continue;
    const found = findStandIn(space, reuse, facts);
    // Another decision about the job is on the way: what this one would change, or lean on, is not settled.
    if (found?.job?.pending && (found.job.phase === "ending" || reuse.onConflict !== "RETURN"))
      return { waitFor: found.job.pending };
  }
  const batch = emptyBatch(now, space, facts);
  const alsoWait: Write[] = [];
  for (const item of items) {
    // Asked again: an item before this one may have taken the key.
    const found = item.reuse && findStandIn(space, item.reuse, facts);
    if (found?.job?.pending) alsoWait.push(found.job.pending);
    batch.admissions.push(found ? standInFor(batch, item, found) : newAdmission(batch, item));
  }
  const { jobs, shapes, attempts, events, admissions } = batch;
  linkParents(batch, items);
  handOver(batch);
  const requests = itemRecords(batch, items);
  if (requestKey !== "") {
    const day = requestDay(requestKey, now);
    requests.push({ space, key: requestKey, fingerprint: undefined, serials: serialsOf(admissions), at: now, day });
  }
  const marks = Array.from(batch.marks, (mark) => ({ space, mark }));
  const amends = [...batch.amends.values()];
  const write: SubmitWrite = { lane: "submit", requests, shapes, marks, jobs, amends, attempts, events };
  for (const { job } of jobs) job.pending = write;
  for (const { job } of amends) job.pending = write;
  return { admissions, write, alsoWait };
}

function emptyBatch(now: number, space: Namespace, facts: EndedFacts): Batch {
  const amends: Batch["amends"] = new Map();
  return {
    now,
    space,
    facts,
    jobs: [],
    amends,
    shapes: [],
    marks: new Set(),
    last: undefined,
    attempts: [],
    events: [],
    admissions: [],
  };
}

function newAdmission(batch: Batch, item: JobRequest): Admission {
  const { now, space } = batch;
  const shape = shapeOf(batch, item);
  const { kind, rankClass, weight } = item;
  const { queue } = shape.site;
  const createdMicros = space.nextCreatedMicros(now);
  const family = familyForWish(item.retention, queue.settings.retentionMs, space.standard);
  const init = {
    space,
    shape,
    bucket: bucketAt(family, createdMicros / 1_000),
    kind,
    rankClass,
    weight,
    serial: space.nextSerial(),
    traits: traitsOf(space, item.traits),
    rank: resolveRank(space, queue, item.rank),
    createdMicros,
  };
  const job = createOpenJob(init, "admitting");
  if (item.readyAt > now) job.readyAt = item.readyAt;
  if (item.reuse) job.reuseKey = item.reuse.key;
  const mark = space.buckets.note(job.bucket, job.serial);
  if (mark) batch.marks.add(mark);
  space.open(job);
  batch.jobs.push({ job, body: item.body });
  return { serial: job.serial, disposition: "CREATED", job, end: undefined };
}

/** The shape of an item. Neighbours mostly have one, and say so by one object. */
function shapeOf(batch: Batch, { shape: spec }: JobRequest): JobShape {
  if (batch.last?.spec === spec) return batch.last.shape;
  const { space } = batch;
  const { shape, isNew } = space.shapeFor(spec);
  if (isNew) batch.shapes.push({ space, shape });
  batch.last = { spec, shape };
  return shape;
}

function traitsOf(space: Namespace, { concurrencyKeys, rateKeys, fairnessKey }: Traits): Traits {
  return space.lanes.traitsFor(concurrencyKeys, rateKeys, fairnessKey);
}

/**
 * A runner that waits gets a new job in the write that stores it: one commit from submit to start instead of two. Only when nothing
 * of the lane is waiting, since a job that came earlier must not be overtaken, and not under a rate, whose level is stored with claims.
 */
function handOver({ now, space, jobs, amends, attempts, events }: Batch): void {
  const wanted: { readonly job: OpenJob; readonly lane: Lane }[] = [];
  // Nothing is given away in this loop, so that neighbours of one lane find what the first has found.
  let lane: Lane | undefined;
  let isWanted = false;
  for (const { job } of jobs) {
    const { site } = job.shape;
    const state = openState(job);
    events.push(eventOf(job, "SUBMITTED", now, state));
    if (amends.size > 0 && amends.has(job)) events.push(eventOf(job, "AMENDED", now, state, { previous: state }));
    if (job.readyAt > 0 || job.parents.length > 0 || job.traits.rateKeys.length > 0) continue;
    if (lane?.site !== site || lane.kind !== job.kind) {
      lane = space.lanes.laneFor(site, job.kind);
      isWanted = lane.size === 0 && !site.queue.settings.paused && waiterFor(lane) !== undefined;
    }
    if (isWanted) wanted.push({ job, lane });
  }
  // There may be fewer runners than jobs: the first in the order of the queue goes first, not the first of the call.
  if (wanted.length > 1) wanted.sort((a, b) => compareOrder(a.job, b.job));
  for (const { job, lane } of wanted) {
    const waiter = waiterFor(lane);
    if (!waiter) continue;
    const keys = job.traits.concurrencyKeys.map((name) => space.limits.key("concurrency", name));
    if (fullKey({ keys }, now)) continue;
    const attempt = grant(now, job, waiter, keys);
    if (waiter.wants() <= 0) stopWaiting(waiter);
    attempts.push(attempt);
    addClaimEvents(now, attempt, events);
  }
}

function itemRecords({ now, space, admissions }: Batch, items: readonly JobRequest[]): RequestRecord[] {
  const records: RequestRecord[] = [];
  for (let i = 0; i < items.length; i++) {
    const { idempotencyKey, fingerprint } = items[i] as JobRequest;
    if (idempotencyKey === "") continue;
    const { serial } = admissions[i] as Admission;
    const key = `item:${idempotencyKey}`;
    records.push({ space, key, fingerprint, serials: [serial], at: now, day: requestDay(key, now) });
  }
  return records;
}

/** New jobs are durable: they wait for their time or for a runner, or begin. */
export function admitted(state: CoreState, now: number, write: SubmitWrite, effects: Effects): void {
  for (const { space, mark } of write.marks) space.buckets.stored(mark);
  for (const { job } of write.jobs) {
    if (job.phase === "claiming") continue;
    job.pending = undefined;
    waitInLine(state, now, job, effects);
  }
  for (const attempt of write.attempts) attemptCommitted(state, now, attempt);
  amended(state, now, write.amends, effects);
}
