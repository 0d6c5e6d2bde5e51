import { amended, amendment } from "./amend.js";
import type { SerialMark } from "./bucket-index.js";
import { addClaimEvents, attemptCommitted, grant } from "./claim.js";
import { eventOf, openState } from "./core-event.js";
import type { CoreState } from "./core-state.js";
import { waiterFor, stopWaiting } from "./dispatch.js";
import type { Traits } from "./group.js";
import type { JobShape, LiveAttempt, OpenJob, ParentEdge, ShapeSpec } from "./model.js";
import { type Namespace, plain } from "./namespace.js";
import { type RankRequest, resolveRank } from "./rank.js";
import { requestDay } from "./request-day.js";
import { bucketAt, type RetentionWish, familyForWish } from "./retention-bucket.js";
import { findStandIn, type EndedFacts, type ReuseRequest, type StandIn } from "./reuse.js";
import { fullKey } from "./seats.js";
import { waitInLine } from "./wait.js";
import type { AmendRecord, CoreEvent, Effects, JobBody, RequestRecord, SubmitWrite, Write } from "./writes.js";

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
}

/** What is being put together. */
interface Batch {
  readonly now: number;
  readonly space: Namespace;
  readonly facts: EndedFacts;
  readonly jobs: { readonly job: OpenJob; readonly body: JobBody }[];
  readonly amends: AmendRecord[];
  readonly shapes: { readonly space: Namespace; readonly shape: JobShape }[];
  readonly marks: Set<SerialMark>;
  readonly attempts: LiveAttempt[];
  readonly events: CoreEvent[];
  readonly admissions: Admission[];
}

/**
 * Admits jobs, all of them in one write. `requestKey` names the call for repeats; empty for none. `facts` is what history says about the keys and parents
 * that the items name. Whatever can refuse an item (`check-items.ts`) has been asked before.
 */
export function admit(
  now: number,
  space: Namespace,
  requestKey: string,
  items: readonly JobRequest[],
  facts: EndedFacts,
):
  | { readonly waitFor: Write }
  | { readonly admissions: readonly Admission[]; readonly write: SubmitWrite; readonly alsoWait: readonly Write[] } {
  const standIns = items.map(({ reuse }) => reuse && findStandIn(space, reuse, facts));
  for (const [i, found] of standIns.entries()) {
    // Another decision about the job is on the way: what this one would change, or lean on, is not settled.
    if (found?.job?.pending && (found.job.phase === "ending" || items[i]?.reuse?.onConflict !== "RETURN"))
      return { waitFor: found.job.pending };
  }
  const batch: Batch = {
    now,
    space,
    facts,
    jobs: [],
    amends: [],
    shapes: [],
    marks: new Set(),
    attempts: [],
    events: [],
    admissions: [],
  };
  const alsoWait: Write[] = [];
  for (const [i, item] of items.entries()) {
    // An item before this one may have taken the key.
    const found = standIns[i] ?? (item.reuse && findStandIn(space, item.reuse, facts));
    if (found) {
      if (found.job?.pending) alsoWait.push(found.job.pending);
      batch.admissions.push(standIn(batch, item, found));
    } else {
      batch.admissions.push(newAdmission(batch, item));
    }
  }
  const { jobs, amends, shapes, attempts, events, admissions } = batch;
  linkParents(batch, items);
  handOver(batch);
  const requests = requestsOf(now, space, requestKey, items, admissions);
  const marks = [...batch.marks].map((mark) => ({ space, mark }));
  const write: SubmitWrite = { lane: "submit", requests, shapes, marks, jobs, amends, attempts, events };
  for (const { job } of jobs) job.pending = write;
  for (const { job } of amends) job.pending = write;
  return { admissions, write, alsoWait };
}

function newAdmission(batch: Batch, item: JobRequest): Admission {
  const { now, space } = batch;
  const { shape, isNew } = space.shapeFor(item.shape);
  if (isNew) batch.shapes.push({ space, shape });
  const { queue } = shape.site;
  const createdMicros = space.nextCreatedMicros(now);
  const family = familyForWish(item.retention, queue.settings.retentionMs, space.standard);
  const job: OpenJob = {
    ...plain,
    space,
    slot: -1,
    serial: space.nextSerial(),
    shape,
    bucket: bucketAt(family, createdMicros / 1_000),
    kind: item.kind,
    traits: traitsOf(space, item.traits),
    rankClass: item.rankClass,
    rank: resolveRank(space, queue, item.rank),
    weight: item.weight,
    createdMicros,
    readyAt: item.readyAt > now ? item.readyAt : 0,
    reuseKey: item.reuse?.key ?? "",
    phase: "admitting",
    standing: undefined,
  };
  const mark = space.buckets.note(job.bucket, job.serial);
  if (mark) batch.marks.add(mark);
  space.open(job);
  batch.jobs.push({ job, body: item.body });
  return { serial: job.serial, disposition: "CREATED", job };
}

function traitsOf(space: Namespace, { concurrencyKeys, rateKeys, fairnessKey }: Traits): Traits {
  return space.lanes.traitsFor(concurrencyKeys, rateKeys, fairnessKey);
}

/** Another job stands for the item: as it is, or changed by the conflict policy. */
function standIn({ now, amends, events }: Batch, item: JobRequest, { serial, job }: StandIn): Admission {
  if (!job) return { serial, disposition: "CACHED", job };
  const { rankClass, weight } = item;
  const onConflict = item.reuse?.onConflict ?? "RETURN";
  // What this very call has made or changed is not changed again.
  if (onConflict === "RETURN" || job.phase === "admitting" || amends.some((record) => record.job === job))
    return { serial, disposition: "JOINED", job };
  const rank = resolveRank(job.space, job.shape.site.queue, item.rank);
  const isBetter = rankClass < job.rankClass || (rankClass === job.rankClass && rank < job.rank);
  const replaces = onConflict === "REPLACE_UNLESS_WORSE_CLASS" && rankClass <= job.rankClass;
  if (!replaces && !(onConflict === "KEEP_BEST_ORDER" && isBetter)) return { serial, disposition: "JOINED", job };
  const place = replaces ? { rankClass, rank, weight } : { rankClass, rank, weight: job.weight };
  const { record, event } = amendment(now, job, place, replaces ? item.body : undefined);
  amends.push(record);
  events.push(event);
  return { serial, disposition: "AMENDED", job };
}

/** Ties the new jobs to those that they wait for; parents that have ended already count as ended. */
function linkParents({ space, facts, admissions }: Batch, items: readonly JobRequest[]): void {
  for (const [i, { parents }] of items.entries()) {
    const { job, disposition } = admissions[i] as Admission;
    if (!job || disposition !== "CREATED" || parents.length === 0) continue;
    const edges = parents.map((request): ParentEdge => {
      const parent = "item" in request ? (admissions[request.item] as Admission).serial : request.serial;
      return { parent, satisfiedBy: request.satisfiedBy, otherwise: request.otherwise };
    });
    job.parents = edges;
    for (const edge of edges) {
      const parent = space.job(edge.parent);
      if (parent) {
        job.openParents++;
        const children = space.children.get(edge.parent);
        if (children) children.push(job);
        else space.children.set(edge.parent, [job]);
        continue;
      }
      const end = facts.states.get(edge.parent);
      if (!end || !edge.satisfiedBy.includes(end)) job.failedParent ??= edge;
    }
  }
}

/**
 * A runner that waits gets a new job in the write that stores it: one commit from submit to start instead of two. Only when nothing
 * of the lane is waiting, since a job that came earlier must not be overtaken, and not under a rate, whose level is stored with claims.
 */
function handOver({ now, space, jobs, attempts, events }: Batch): void {
  for (const { job } of jobs) {
    events.push(eventOf(job, "SUBMITTED", now, openState(job)));
    if (job.readyAt > 0 || job.openParents > 0 || job.failedParent || job.traits.rateKeys.length > 0) continue;
    const { queue } = job.shape.site;
    const lane = space.lanes.laneFor(job.shape.site, job.kind);
    if (lane.size > 0 || queue.settings.paused) continue;
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

function requestsOf(
  now: number,
  space: Namespace,
  requestKey: string,
  items: readonly JobRequest[],
  admissions: readonly Admission[],
): RequestRecord[] {
  const requests: RequestRecord[] = [];
  const serialOf = (i: number) => (admissions[i] as Admission).serial;
  for (const [i, { idempotencyKey, fingerprint }] of items.entries()) {
    if (idempotencyKey === "") continue;
    const key = `item:${idempotencyKey}`;
    requests.push({ space, key, fingerprint, serials: [serialOf(i)], at: now, day: requestDay(key, now) });
  }
  if (requestKey !== "") {
    const serials = admissions.map(({ serial }) => serial);
    const day = requestDay(requestKey, now);
    requests.push({ space, key: requestKey, fingerprint: undefined, serials, at: now, day });
  }
  return requests;
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
