import { timestampMs } from "@bufbuild/protobuf/wkt";
import { AttemptState } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { JobEventType } from "@switchyard/proto/switchyard/scheduler/v1/event_pb";
import { JobState } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { chargeFailure, chargeLoss, endLive, isOverdue, liveAttempt, mayBeFollowed, mayGoOn } from "./attempts.js";
import { type ModelJob, timeOf, type Transition } from "./model.js";
import { delayAskedFor } from "./reports.js";

const { BLOCKED, SCHEDULED, QUEUED, RUNNING } = JobState;

/** What each event does to a job while it is open. Ends are told apart by their reasons, see `endings.ts`. */
export const lifeTransitions: Partial<Record<JobEventType, Transition>> = {
  [JobEventType.SUBMITTED]: (_, job, event, say) => {
    if (job.events.length > 1) say("submitted twice");
    job.opened = event;
    const { startTime, dependencies = [] } = job.item?.spec ?? {};
    job.notBefore = startTime ? timestampMs(startTime as Parameters<typeof timestampMs>[0]) : 0;
    if (event.state === BLOCKED && dependencies.length > 0) return [BLOCKED];
    return waiting(job, timeOf(event));
  },

  [JobEventType.READY]: (_, job, event, say) => {
    if (job.state !== SCHEDULED && job.state !== BLOCKED) say("ready, but it did not wait for anything");
    if (job.state === SCHEDULED && timeOf(event) < job.notBefore)
      say(`ready ${job.notBefore - timeOf(event)} ms early`);
    return job.state === BLOCKED ? waiting(job, timeOf(event)) : [QUEUED];
  },

  [JobEventType.CLAIMED]: (_, job, event, say) => {
    if (job.live) say(`claimed while attempt ${job.live.number} is live`);
    if (job.state !== QUEUED) say("claimed, but not queued");
    const next = (job.attempts.at(-1)?.number ?? 0) + 1;
    if (event.attempt !== next) say(`claimed as attempt ${event.attempt}; the next one is ${next}`);
    const { attempt: number, runnerId } = event;
    const claimedAt = timeOf(event);
    job.live = {
      ...{ number, reopen: job.reopen, runnerId, claimedAt },
      ...{ startedAt: undefined, state: AttemptState.CLAIMED, endedBy: undefined },
    };
    job.attempts.push(job.live);
    return [RUNNING];
  },

  [JobEventType.STARTED]: (_, job, event, say) => {
    const live = liveAttempt(job, event, say);
    if (live?.startedAt !== undefined) say("started twice");
    if (live) {
      live.startedAt = timeOf(event);
      live.state = AttemptState.STARTED;
    }
    return [RUNNING];
  },

  // By a reorder, or by an item that the job stands for. That it does not happen to a job that has ended is checked for all events.
  [JobEventType.AMENDED]: (_, job) => [job.state],

  [JobEventType.CANCEL_REQUESTED]: (_, job, event, say) => {
    liveAttempt(job, event, say);
    if (job.cancelRequested) say("the cancel was asked for twice");
    job.cancelRequested = true;
    return [RUNNING];
  },

  [JobEventType.ATTEMPT_FAILED]: (model, job, event, say) => {
    liveAttempt(job, event, say);
    const outcome = model.outcome(job, event.attempt);
    if (!outcome && model.isKept(job)) say("an attempt failed without a report");
    if (outcome && !outcome.retryable) say("goes on after a failure that must not be repeated");
    if (job.cancelRequested) say("goes on although its cancel was asked for");
    chargeFailure(job);
    if (!mayGoOn(job)) say("goes on although its budget is used up");
    endLive(job, AttemptState.FAILED);
    return again(job, timeOf(event), delayAskedFor(model, outcome), job.policy.backsOff || !outcome);
  },

  [JobEventType.LEASE_LOST]: (_, job, event, say) => {
    const live = liveAttempt(job, event, say);
    if (job.cancelRequested) say("goes on although its cancel was asked for");
    if (live) {
      chargeLoss(job, live);
      if (!mayBeFollowed(job, live)) say("goes on after a loss that its policy or budget does not allow");
      if (event.message === "execution-timeout" && !isOverdue(job, live, timeOf(event))) say("overdue too early");
    }
    endLive(job, AttemptState.LOST);
    return again(job, timeOf(event), undefined, job.policy.backsOff);
  },

  [JobEventType.RELEASED]: (model, job, event, say) => {
    liveAttempt(job, event, say);
    if (job.cancelRequested) say("goes on although its cancel was asked for");
    endLive(job, AttemptState.RELEASED);
    return again(job, timeOf(event), delayAskedFor(model, model.outcome(job, event.attempt)), !model.isKept(job));
  },
};

/** Where a job waits that has nothing but its time before it. */
function waiting(job: ModelJob, at: number): readonly JobState[] {
  return job.notBefore > at ? [SCHEDULED] : [QUEUED];
}

/** Where a job goes on: in line, or aside for as long as the reporter said, or for as long as the back-off's lot says. */
function again(job: ModelJob, at: number, delayMs: number | undefined, backsOff: boolean): readonly JobState[] {
  job.notBefore = at + (delayMs ?? 0);
  if (delayMs !== undefined) return delayMs > 0 ? [SCHEDULED] : [QUEUED];
  return backsOff ? [QUEUED, SCHEDULED] : [QUEUED];
}
