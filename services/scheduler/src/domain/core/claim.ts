import type { CoreState } from "./core-state.js";
import { eventOf } from "./core-event.js";
import { touchPresence } from "./presence.js";
import { bestJob } from "./lane.js";
import type { LiveAttempt, OpenJob } from "./model.js";
import type { Waiter } from "./waiter.js";
import type { ClaimWrite, CoreEvent, Decision } from "./writes.js";

/** What a claim of one job by its number is told. */
export type ClaimRefusal = { readonly refused: "not-found" | "not-claimable"; readonly job?: OpenJob };

/** Gives a waiter the best jobs that fit it, as many as it wants and there are. Undefined when there are none. */
export function claimBest(now: number, waiter: Waiter): ClaimWrite | undefined {
  const attempts: LiveAttempt[] = [];
  while (waiter.wants() > 0) {
    const job = bestJob(waiter.profile);
    if (!job) break;
    job.space.dequeue(job);
    attempts.push(grant(now, job, waiter));
  }
  return attempts.length > 0 ? claimWrite(now, attempts) : undefined;
}

/** Gives a waiter this job, whatever its profile says. */
export function claimById(now: number, job: OpenJob | undefined, waiter: Waiter): Decision<ClaimRefusal | LiveAttempt> {
  if (!job) return { answer: { refused: "not-found" }, writes: [] };
  if (job.phase === "admitting" || job.phase === "ending") return { waitFor: job.pending as ClaimWrite };
  if (job.phase !== "queued") return { answer: { refused: "not-claimable", job }, writes: [] };
  job.space.dequeue(job);
  const attempt = grant(now, job, waiter);
  return { answer: attempt, writes: [claimWrite(now, [attempt])] };
}

/**
 * Reserves a job for a waiter: the job is out of the lists, the attempt number is raised, and the runner is charged. Nobody hears of
 * the lease before its write is committed.
 */
export function grant(now: number, job: OpenJob, waiter: Waiter): LiveAttempt {
  const { policy } = job.shape;
  const leaseMs = waiter.leaseMs ?? policy.leaseMs;
  const attempt: LiveAttempt = {
    job,
    number: job.attempt + 1,
    runner: waiter.runner,
    claimedAt: now,
    startedAt: waiter.startAtClaim ? now : 0,
    leaseMs,
    leaseUntil: now + leaseMs,
    holdByRunner: policy.holdByRunner,
    executionDeadline: policy.executionMs > 0 ? now + policy.executionMs : 0,
    claimInfo: waiter.claimInfo,
    cancelRequested: undefined,
    progress: undefined,
    notify: waiter.notify,
    marking: undefined,
    leaseTimer: undefined,
    executionTimer: undefined,
  };
  job.phase = "claiming";
  job.attempt = attempt.number;
  job.live = attempt;
  waiter.runner.held.add(attempt);
  waiter.reserve();
  claimants.set(attempt, waiter);
  return attempt;
}

// Who gets a lease once it is durable. Only between grant and commit.
const claimants = new WeakMap<LiveAttempt, Waiter>();

function claimWrite(now: number, attempts: readonly LiveAttempt[]): ClaimWrite {
  const write: ClaimWrite = {
    lane: "claim",
    attempts,
    events: attempts.flatMap((attempt) => claimEvents(now, attempt)),
  };
  for (const { job } of attempts) job.pending = write;
  return write;
}

/** The events of a claim; a claim that counts as the start has two. */
export function claimEvents(now: number, attempt: LiveAttempt): CoreEvent[] {
  const { job, number, runner } = attempt;
  const about = { attempt: number, runnerId: runner.id };
  const claimed = eventOf(job, "CLAIMED", now, "RUNNING", { previous: "QUEUED", ...about });
  if (attempt.startedAt === 0) return [claimed];
  return [claimed, eventOf(job, "STARTED", now, "RUNNING", { previous: "RUNNING", ...about })];
}

/** A lease is durable: its clocks begin, and its holder hears of it. */
export function attemptCommitted(state: CoreState, now: number, attempt: LiveAttempt): void {
  const { job, runner } = attempt;
  job.phase = "running";
  job.pending = undefined;
  attempt.leaseUntil = now + attempt.leaseMs;
  state.timers.cancel(job.startTimer);
  // A runner that claims is alive, even if it has never said so.
  if (attempt.holdByRunner && runner.presentUntil <= now)
    touchPresence(state, now, runner, runner.presenceMs || attempt.leaseMs);
  watchAttempt(state, attempt);
  claimants.get(attempt)?.deliver(attempt);
  claimants.delete(attempt);
}

/** Starts the clocks of an attempt that is held. */
export function watchAttempt(state: CoreState, attempt: LiveAttempt): void {
  const { timers } = state;
  if (!attempt.holdByRunner) attempt.leaseTimer = timers.add(attempt.leaseUntil, { type: "lease", attempt });
  if (attempt.executionDeadline > 0)
    attempt.executionTimer = timers.add(attempt.executionDeadline, { type: "execution", attempt });
}
