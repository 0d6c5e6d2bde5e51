import type { OpenRow } from "../../store/load-open.js";
import type { LeaseRow } from "../../store/load-shard.js";
import { decodeProgress } from "../../store/progress-text.js";
import type { ShardStore } from "../../store/shard-store.js";
import { watchAttempt } from "../core/claim.js";
import { type CoreState, createCoreState } from "../core/core-state.js";
import { createEffects, writesOf } from "../core/effects.js";
import { noTraits } from "../core/group.js";
import type { FinalState, LiveAttempt, OpenJob } from "../core/model.js";
import { Namespace } from "../core/namespace.js";
import { createOpenJob } from "../core/open-job.js";
import { tieToParents } from "../core/parents.js";
import type { RetentionFamily } from "../core/retention-bucket.js";
import { touchPresence } from "../core/presence.js";
import { takeSeats } from "../core/seats.js";
import { waitInLine } from "../core/wait.js";
import type { Write } from "../core/writes.js";

/** A lease whose renewals the last owner had not stored yet is granted at least this long, ms: time enough for its runner to renew it. */
const graceMs = 10_000;

/** What was loaded, and the writes that follow from it: children whose parents ended just before the last owner did. */
export interface LoadedState {
  readonly state: CoreState;
  readonly writes: readonly Write[];
}

/**
 * Builds the core's state of a shard from the tables. Leases go on to their stored end, and at least a grace, since their renewals are stored in batches;
 * presence is granted anew in full; execution deadlines are absolute and stay.
 */
export async function loadState(
  store: ShardStore,
  shard: number,
  now: number,
  standard: RetentionFamily,
): Promise<LoadedState> {
  const state = createCoreState(standard);
  const effects = createEffects();
  for (const seed of await store.loadNamespaces(shard)) {
    const space = new Namespace(seed, state.timers, standard);
    state.spaces.set(space.name, space);
    const leases = new Map((await store.loadLeases(seed.id)).map((lease) => [lease.serial, lease]));
    const children: OpenJob[] = [];
    for await (const page of store.loadOpenJobs(seed.id)) {
      for (const row of page) {
        const job = jobFromRow(space, row);
        space.open(job, row.standsForKey);
        const lease = leases.get(job.serial);
        if (lease) resumeAttempt(state, now, job, lease);
        else if (job.parents.length > 0) children.push(job);
        else waitInLine(state, now, job, effects);
      }
    }
    await linkChildren(store, space, children);
    for (const child of children) waitInLine(state, now, child, effects);
  }
  return { state, writes: writesOf(effects, now) };
}

function jobFromRow(space: Namespace, { serial, bucket, kind, decision, extra }: OpenRow): OpenJob {
  const { shapeId, rankClass, rank, weight, createdMicros } = decision;
  const shape = space.shapes.get(shapeId);
  if (!shape) throw new Error(`job ${serial} of namespace ${space.name} names shape ${shapeId}, which is not stored`);
  const traits = extra ? space.lanes.traitsFor(extra.concurrencyKeys, extra.rateKeys, extra.fairnessKey) : noTraits;
  const init = { space, serial, shape, bucket, kind, traits, rankClass, rank, weight, createdMicros };
  const job = createOpenJob(init, "queued");
  job.readyAt = decision.readyAt;
  job.reopen = decision.reopen;
  job.attempt = decision.attempt;
  job.counted = decision.counted;
  job.failures = decision.failures;
  job.lostBeforeStart = decision.lostBeforeStart;
  job.lostAfterStart = decision.lostAfterStart;
  job.revision = decision.revision;
  if (extra) {
    const { reuseKey, parents, reopened } = extra;
    Object.assign(job, { reuseKey, parents, storedParents: parents, reopened });
  }
  return job;
}

/** Ties children to parents that are open; those that have ended are looked up. */
async function linkChildren(store: ShardStore, space: Namespace, children: readonly OpenJob[]): Promise<void> {
  const gone = children
    .flatMap(({ parents }) => parents.map(({ parent }) => parent))
    .filter((serial) => !space.job(serial));
  const ends: ReadonlyMap<number, FinalState> =
    gone.length > 0
      ? await store.loadFinalStates(space.id, space.buckets.holding(gone), [...new Set(gone)])
      : new Map();
  for (const child of children) tieToParents(child, child.parents, ends);
}

function resumeAttempt(state: CoreState, now: number, job: OpenJob, lease: LeaseRow): void {
  const { space, traits } = job;
  const runner = space.runner(lease.runner);
  const attempt: LiveAttempt = {
    job,
    number: lease.attempt,
    runner,
    claimedAt: lease.claimed_ms,
    startedAt: lease.started_ms,
    leaseMs: lease.lease_ms,
    leaseUntil: Math.max(lease.lease_until_ms, now + Math.min(graceMs, lease.lease_ms)),
    storedUntil: lease.lease_until_ms,
    holdByRunner: lease.hold_by_runner,
    executionDeadline: lease.execution_deadline_ms,
    claimInfo: lease.claim_info ?? undefined,
    seats: traits.concurrencyKeys.map((name) => space.limits.key("concurrency", name)),
    cancelRequested:
      lease.cancel_actor === null
        ? undefined
        : { actor: lease.cancel_actor, message: lease.cancel_message ?? "", isDurable: true },
    progress: decodeProgress(lease.progress ?? ""),
    notify: undefined,
    claimant: undefined,
    marking: undefined,
    leaseTimer: undefined,
    executionTimer: undefined,
  };
  takeSeats(now, attempt.seats, attempt);
  job.attempt = attempt.number;
  job.readyAt = 0;
  job.phase = "running";
  job.live = attempt;
  space.stand(job, attempt.startedAt > 0 ? "started" : "claimed");
  runner.held.add(attempt);
  if (attempt.holdByRunner)
    touchPresence(state, now, runner, Math.max(runner.presenceMs, lease.presence_ms || lease.lease_ms));
  watchAttempt(state, attempt);
}
