import type { Pool } from "@switchyard/postgres";
import { loadLeases, loadNamespaces, loadOpenJobs, type LeaseRow } from "../../store/load-shard.js";
import { decodeProgress } from "../../store/progress-text.js";
import { waitInLine } from "../core/admit.js";
import { watchAttempt } from "../core/claim.js";
import { type CoreState, createCoreState } from "../core/core-state.js";
import type { LiveAttempt, OpenJob } from "../core/model.js";
import { Namespace } from "../core/namespace.js";
import { touchPresence } from "../core/presence.js";

/**
 * Builds the core's state of a shard from the tables. Every lease and presence is granted anew in full, since nobody knows what the owner before
 * had renewed; execution deadlines are absolute and stay.
 */
export async function loadState(pool: Pool, shard: number, now: number): Promise<CoreState> {
  const state = createCoreState();
  for (const seed of await loadNamespaces(pool, shard)) {
    const space = new Namespace(seed);
    state.spaces.set(space.name, space);
    const leases = new Map((await loadLeases(pool, seed.id)).map((lease) => [lease.serial, lease]));
    for await (const { shapeId, ...columns } of loadOpenJobs(pool, seed.id)) {
      const shape = space.shapes.get(shapeId);
      if (!shape)
        throw new Error(`job ${columns.serial} of namespace ${space.name} names shape ${shapeId}, which is not stored`);
      const job: OpenJob = {
        ...columns,
        space,
        shape,
        phase: "queued",
        lane: undefined,
        live: undefined,
        pending: undefined,
        readyTimer: undefined,
        startTimer: undefined,
      };
      space.jobs.set(job.serial, job);
      const lease = leases.get(job.serial);
      if (lease) resumeAttempt(state, now, job, lease);
      else waitInLine(state, now, job);
    }
  }
  return state;
}

function resumeAttempt(state: CoreState, now: number, job: OpenJob, lease: LeaseRow): void {
  const runner = job.space.runner(lease.runner);
  const attempt: LiveAttempt = {
    job,
    number: lease.attempt,
    runner,
    claimedAt: lease.claimed_ms,
    startedAt: lease.started_ms,
    leaseMs: lease.lease_ms,
    leaseUntil: now + lease.lease_ms,
    holdByRunner: lease.hold_by_runner,
    executionDeadline: lease.execution_deadline_ms,
    claimInfo: lease.claim_info ?? undefined,
    cancelRequested:
      lease.cancel_actor === null ? undefined : { actor: lease.cancel_actor, message: lease.cancel_message ?? "" },
    progress: decodeProgress(lease.progress ?? ""),
    notify: undefined,
    marking: undefined,
    leaseTimer: undefined,
    executionTimer: undefined,
  };
  job.attempt = attempt.number;
  job.readyAt = 0;
  job.phase = "running";
  job.live = attempt;
  runner.held.add(attempt);
  if (attempt.holdByRunner)
    touchPresence(state, now, runner, Math.max(runner.presenceMs, lease.presence_ms || lease.lease_ms));
  watchAttempt(state, attempt);
}
