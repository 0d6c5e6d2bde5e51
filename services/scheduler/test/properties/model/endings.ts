import { AttemptState, Outcome_Kind } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { EndReason, JobState } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { chargeFailure, chargeLoss, endLive, isOverdue, liveAttempt, mayBeFollowed, mayGoOn } from "./attempts.js";
import { type Model, type ModelJob, timeOf, type Transition } from "./model.js";

const { SUCCEEDED, FAILED, TIMED_OUT, CANCELLED } = JobState;

/** What may end a job, by the reason that its end gives, and in which state it ends then. */
export const endings: Partial<Record<EndReason, Transition>> = {
  [EndReason.REPORTED]: (model, job, event, say) => {
    liveAttempt(job, event, say);
    const outcome = model.outcome(job, event.attempt);
    if (!outcome && model.isKept(job)) say("ended by a report that is not kept");
    if (outcome ? outcome.kind === Outcome_Kind.SUCCEEDED : event.state === SUCCEEDED) {
      endLive(job, AttemptState.SUCCEEDED);
      return [SUCCEEDED];
    }
    chargeFailure(job);
    if (outcome?.retryable && mayGoOn(job)) say("failed although another attempt is allowed");
    endLive(job, AttemptState.FAILED);
    return [FAILED];
  },

  [EndReason.LEASE_LOST]: (_, job, event, say) => {
    const live = liveAttempt(job, event, say);
    if (live) {
      chargeLoss(job, live);
      if (mayBeFollowed(job, live)) say("failed by a loss although another attempt is allowed");
    }
    endLive(job, AttemptState.LOST);
    return [FAILED];
  },

  [EndReason.EXECUTION_TIMEOUT]: (model, job, event, say) => {
    const live = liveAttempt(job, event, say);
    const reported = !model.isKept(job) || model.outcome(job, event.attempt)?.kind === Outcome_Kind.TIMED_OUT;
    if (live && !reported && !isOverdue(job, live, timeOf(event))) say("overdue too early");
    if (!reported && job.policy.loseOnExecutionTimeout) say("timed out although its policy says that it is lost");
    endLive(job, AttemptState.TIMED_OUT);
    return [TIMED_OUT];
  },

  [EndReason.NOT_STARTED]: (_, job, event, say) => {
    if (job.attempts.some(({ reopen }) => reopen === job.reopen)) say("not started in time, with an attempt");
    const openedAt = timeOf(job.opened ?? event);
    if (timeOf(event) < openedAt + job.policy.scheduleToStartMs) say("not started in time too early");
    return [TIMED_OUT];
  },

  [EndReason.CANCELLED]: (model, job, _event, say) => {
    if (!cancelWasAsked(model, job)) say("cancelled by nobody");
    endLive(job, AttemptState.CANCELLED);
    return [CANCELLED];
  },

  [EndReason.CLOSED]: (model, job, _event, say) => {
    if (!cancelWasAsked(model, job, FAILED)) say("closed by nobody");
    endLive(job, AttemptState.CANCELLED);
    return [FAILED];
  },
};

function cancelWasAsked({ history }: Model, { id }: ModelJob, asState?: JobState): boolean {
  return history
    .of("cancelJobs")
    .some(({ request }) => request.jobIds?.includes(id) && (!asState || request.asState === asState));
}
