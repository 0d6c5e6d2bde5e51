import { eventOf } from "./core-event.js";
import type { CoreState } from "./core-state.js";
import type { LimitKey } from "./limit-key.js";
import type { LiveAttempt, OpenJob } from "./model.js";
import { touchPresence } from "./presence.js";
import { fullKey, takeSeats } from "./seats.js";
import type { Waiter } from "./waiter.js";
import type { ClaimWrite, CoreEvent, Decision } from "./writes.js";

/** What a claim of one job by its number is told. */
export type ClaimRefusal = { readonly refused: "not-found" | "not-claimable"; readonly job?: OpenJob };

/** Gives a waiter the best jobs that fit it, as many as it wants and there are. Undefined when there are none. */
export function claimBest(now: number, waiter: Waiter): ClaimWrite | undefined {
  waiter.profile.lastRunner = waiter.runner.id;
  waiter.profile.lastAskedAt = now;
  const attempts: LiveAttempt[] = [];
  while (waiter.wants() > 0) {
    const attempt = claimNext(now, waiter);
    if (!attempt) break;
    attempts.push(attempt);
  }
  return attempts.length > 0 ? claimWrite(now, attempts) : undefined;
}

/** Gives a waiter the best job that fits it; undefined when there is none. The caller makes the write. */
export function claimNext(now: number, waiter: Waiter): LiveAttempt | undefined {
  const { space } = waiter.runner;
  const group = waiter.profile.best(now, space)?.head;
  return group && take(now, space.at(group.jobs.first()), waiter);
}

/** Gives a waiter this job, whatever its profile says. Limits hold all the same. */
export function claimById(now: number, job: OpenJob | undefined, waiter: Waiter): Decision<ClaimRefusal | LiveAttempt> {
  if (!job) return { answer: { refused: "not-found" }, writes: [] };
  if (job.pending && job.phase !== "running") return { waitFor: job.pending };
  const group = job.space.lanes.group(job.space.table.groupId[job.slot] as number);
  const paused = job.shape.site.queue.settings.paused;
  if (job.phase !== "queued" || !group || paused || fullKey(group, now))
    return { answer: { refused: "not-claimable", job }, writes: [] };
  const attempt = take(now, job, waiter);
  return { answer: attempt, writes: [claimWrite(now, [attempt])] };
}

/** Takes a job out of its list for a waiter. */
function take(now: number, job: OpenJob, waiter: Waiter): LiveAttempt {
  const { space, slot, shape } = job;
  const group = space.lanes.group(space.table.groupId[slot] as number);
  // Seats first: a key that neither a group nor a holder needs is forgotten.
  const attempt = grant(now, job, waiter, group?.keys ?? []);
  space.dequeue(job);
  if (group) shape.site.queue.turn(group);
  return attempt;
}

/**
 * Reserves a job for a waiter: the job is out of the lists, the attempt number is raised, and seats and runner are charged. Nobody hears of
 * the lease before its write is committed.
 */
export function grant(now: number, job: OpenJob, waiter: Waiter, keys: readonly LimitKey[]): LiveAttempt {
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
    storedUntil: now + leaseMs,
    holdByRunner: policy.holdByRunner,
    executionDeadline: policy.executionMs > 0 ? now + policy.executionMs : 0,
    claimInfo: waiter.claimInfo,
    seats: keys,
    cancelRequested: undefined,
    progress: undefined,
    notify: waiter.notify,
    claimant: waiter,
    marking: undefined,
    leaseTimer: undefined,
    executionTimer: undefined,
  };
  if (keys.length > 0) takeSeats(now, keys, attempt);
  job.phase = "claiming";
  job.attempt = attempt.number;
  job.live = attempt;
  waiter.runner.held.add(attempt);
  waiter.reserve();
  return attempt;
}

/** Makes the write of new leases. */
export function claimWrite(now: number, attempts: readonly LiveAttempt[]): ClaimWrite {
  const events: CoreEvent[] = [];
  for (const attempt of attempts) addClaimEvents(now, attempt, events);
  const write: ClaimWrite = { lane: "claim", attempts, events };
  for (const { job } of attempts) job.pending = write;
  return write;
}

/** Adds the events of a claim; a claim that counts as the start has two. */
export function addClaimEvents(now: number, attempt: LiveAttempt, events: CoreEvent[]): void {
  const { job, number, runner } = attempt;
  const runnerId = runner.id;
  events.push(eventOf(job, "CLAIMED", now, "RUNNING", { previous: "QUEUED", attempt: number, runnerId }));
  if (attempt.startedAt > 0)
    events.push(eventOf(job, "STARTED", now, "RUNNING", { previous: "RUNNING", attempt: number, runnerId }));
}

/** A lease is durable: its clocks begin, and its holder hears of it. */
export function attemptCommitted(state: CoreState, now: number, attempt: LiveAttempt): void {
  const { job, runner } = attempt;
  job.phase = "running";
  job.pending = undefined;
  job.space.stand(job, attempt.startedAt > 0 ? "started" : "claimed");
  attempt.leaseUntil = now + attempt.leaseMs;
  state.timers.cancel(job.startTimer);
  job.startTimer = undefined;
  // A runner that claims is alive, even if it has never said so.
  if (attempt.holdByRunner && runner.presentUntil <= now)
    touchPresence(state, now, runner, runner.presenceMs || attempt.leaseMs);
  watchAttempt(state, attempt);
  const { claimant } = attempt;
  attempt.claimant = undefined;
  claimant?.deliver(attempt);
}

/** Starts the clocks of an attempt that is held. */
export function watchAttempt(state: CoreState, attempt: LiveAttempt): void {
  const { timers } = state;
  if (!attempt.holdByRunner) attempt.leaseTimer = timers.add(attempt.leaseUntil, { type: "lease", attempt });
  if (attempt.executionDeadline > 0)
    attempt.executionTimer = timers.add(attempt.executionDeadline, { type: "execution", attempt });
}
