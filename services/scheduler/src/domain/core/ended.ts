import { eventOf, openState } from "./core-event.js";
import type { CoreState } from "./core-state.js";
import type { EndedAttemptState, FinalState, LiveAttempt, OpenJob, RevocationReason, Revoked } from "./model.js";
import { tellReady } from "./readiness.js";
import { returnSeats } from "./seats.js";
import { waitInLine } from "./wait.js";
import type { Effects, EndRecord } from "./writes.js";

/** How long a runner is reminded of what was taken from it. */
const revokedMemoryMs = 10 * 60_000;

/** Ends are durable: seats and slots are free, jobs are gone or wait again, children go on. */
export function ended(state: CoreState, now: number, ends: readonly EndRecord[], effects: Effects): void {
  const ready: OpenJob[] = [];
  for (const record of ends) {
    const { job, attempt, final } = record;
    job.pending = undefined;
    if (attempt) letGo(state, now, attempt, revocationFor(record), effects);
    if (!final) {
      job.readyAt = record.readyAt;
      if (record.rank !== job.rank) job.space.place(job, { ...job, rank: record.rank });
      waitInLine(state, now, job, effects);
      continue;
    }
    forget(state, job);
    job.space.endWatches.note({ serial: job.serial, state: final.state, at: record.at, reuseKey: job.reuseKey });
    endParent(state, now, job, final.state, effects, ready);
  }
  tellChildren(now, ready, effects);
}

/** A runner that ended its attempt itself needs no telling. */
function revocationFor({ outcome, attemptState }: EndRecord): RevocationReason | undefined {
  return outcome || !attemptState ? undefined : revocationReasons[attemptState];
}

/** Takes an open job out of memory. */
export function forget(state: CoreState, job: OpenJob): void {
  state.timers.cancel(job.readyTimer);
  state.timers.cancel(job.startTimer);
  job.space.close(job);
}

/** An attempt is over: whatever it held is free. With a reason its runner is told; without, the runner ended it itself. */
export function letGo(
  state: CoreState,
  now: number,
  attempt: LiveAttempt,
  reason: RevocationReason | undefined,
  effects: Effects,
): void {
  const { job, runner, number } = attempt;
  runner.held.delete(attempt);
  state.timers.cancel(attempt.leaseTimer);
  state.timers.cancel(attempt.executionTimer);
  job.live = undefined;
  if (attempt.seats.length > 0) for (const lane of returnSeats(now, attempt)) effects.lanes.add(lane);
  if (!reason) return;
  const { space, serial } = job;
  const revoked: Revoked = { space, runnerId: runner.id, serial, attempt: number, reason, at: now };
  runner.revoked = [...runner.revoked.filter(({ at }) => at > now - revokedMemoryMs), revoked];
  attempt.notify?.(revoked);
}

const revocationReasons: Record<EndedAttemptState, RevocationReason> = {
  SUCCEEDED: "NOT_HELD",
  FAILED: "NOT_HELD",
  LOST: "LEASE_LOST",
  RELEASED: "RELEASED",
  CANCELLED: "CANCELLED",
  TIMED_OUT: "TIMED_OUT",
};

/** A job was deleted: for those that wait for it, it was cancelled. */
export function parentGone(state: CoreState, now: number, job: OpenJob, effects: Effects): void {
  const ready: OpenJob[] = [];
  endParent(state, now, job, "CANCELLED", effects, ready);
  tellChildren(now, ready, effects);
}

/** Children that wait for no parent any more. */
function tellChildren(now: number, ready: readonly OpenJob[], effects: Effects): void {
  if (ready.length === 0) return;
  const events = ready.map((job) => eventOf(job, "READY", now, openState(job), { previous: "BLOCKED" }));
  effects.writes.push(tellReady(ready, events));
}

/** A job has ended: the jobs that wait for it go on, or end with it. */
function endParent(
  state: CoreState,
  now: number,
  { space, serial }: OpenJob,
  end: FinalState,
  effects: Effects,
  ready: OpenJob[],
): void {
  const children = space.children.get(serial);
  if (!children) return;
  space.children.delete(serial);
  for (const child of children) {
    if (!space.isOpen(child)) continue;
    const edge = child.parents.find(({ parent }) => parent === serial);
    if (!edge) continue;
    if (edge.satisfiedBy.includes(end)) child.openParents--;
    else child.failedParent ??= edge;
    // While a write about the child is on the way, its commit looks at the parents again.
    if (child.phase !== "blocked" || child.pending || (child.openParents > 0 && !child.failedParent)) continue;
    waitInLine(state, now, child, effects);
    if (!child.pending) ready.push(child);
  }
}
