import type { AttemptState } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import type { JobEvent } from "@switchyard/proto/switchyard/scheduler/v1/event_pb";
import type { ModelAttempt, ModelJob, Say } from "./model.js";

/** The live attempt that an event is about; complains when it is about another one. */
export function liveAttempt(job: ModelJob, { attempt, runnerId }: JobEvent, say: Say): ModelAttempt | undefined {
  const { live } = job;
  if (!live) say(`attempt ${attempt} is not live`);
  else if (live.number !== attempt) say(`attempt ${attempt} is named, attempt ${live.number} is live`);
  else if (live.runnerId !== runnerId) say(`runner ${runnerId} is named, ${live.runnerId} holds the attempt`);
  return live;
}

/** Ends the live attempt. */
export function endLive(job: ModelJob, state: AttemptState): void {
  const { live } = job;
  if (!live) return;
  live.state = state;
  live.endedBy = job.events.length;
  job.live = undefined;
  job.cancelRequested = false;
}

/** Charges a reported failure. */
export function chargeFailure(job: ModelJob): void {
  job.failures++;
  job.counted++;
}

/** Charges a lost attempt. */
export function chargeLoss(job: ModelJob, attempt: ModelAttempt): void {
  if (attempt.startedAt !== undefined) {
    job.lostAfterStart++;
    job.counted++;
  } else {
    job.lostBeforeStart++;
    if (!job.policy.ignoreLostBeforeStart) job.counted++;
  }
}

/** Whether the budget allows another attempt. */
export function mayGoOn({ counted, failures, lostBeforeStart, lostAfterStart, policy }: ModelJob): boolean {
  return (
    counted < policy.maxAttempts &&
    failures < policy.maxFailures &&
    lostBeforeStart < policy.maxLostBeforeStart &&
    lostAfterStart < policy.maxLostAfterStart
  );
}

/** Whether a lost attempt, which has been charged, may be followed by another one. */
export function mayBeFollowed(job: ModelJob, lost: ModelAttempt): boolean {
  const { policy } = job;
  const fails = lost.startedAt !== undefined ? policy.failWhenLostAfterStart : policy.failWhenLostBeforeStart;
  return !fails && mayGoOn(job);
}

/** Whether the execution limit of an attempt had passed at a time. */
export function isOverdue({ policy }: ModelJob, attempt: ModelAttempt, at: number): boolean {
  return at >= attempt.claimedAt + policy.executionMs;
}
