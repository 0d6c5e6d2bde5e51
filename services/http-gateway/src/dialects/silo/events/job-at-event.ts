import { create } from "@bufbuild/protobuf";
import { type Duration, type Timestamp, TimestampSchema } from "@bufbuild/protobuf/wkt";
import { type Attempt, AttemptState } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { type JobEvent, JobEventType } from "@switchyard/proto/switchyard/scheduler/v1/event_pb";
import { EndReason, type Job } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";

/**
 * A job as it stood right after an event. The job is read when the event is sent, and by then more may have happened; its
 * history says how it was.
 *
 * @param job read with every attempt
 */
export function jobAtEvent(job: Job, event: JobEvent): Job {
  const { type, attempt: number } = event;
  if (type === JobEventType.ENDED || type === JobEventType.REOPENED) return job;
  const attempts = job.attempts.filter((attempt) => attempt.number <= number);
  const last = attempts.at(-1);
  if (last !== undefined && (type === JobEventType.CLAIMED || type === JobEventType.PROGRESS)) {
    attempts[attempts.length - 1] = liveAttempt(job, last, event);
  }
  const open: Job = {
    ...job,
    state: event.state,
    attempts,
    attemptCount: number,
    countedAttempts: attempts.filter(({ state }) => counted.has(state)).length,
    endReason: EndReason.UNSPECIFIED,
    endMessage: "",
    endActor: "",
  };
  delete open.endTime;
  delete open.lastAttempt;
  const lastAttempt = attempts.at(-1);
  return lastAttempt === undefined ? open : { ...open, lastAttempt };
}

const counted: ReadonlySet<AttemptState> = new Set([AttemptState.FAILED, AttemptState.LOST]);

/** An attempt while it was held. */
function liveAttempt(job: Job, attempt: Attempt, { type, progress }: JobEvent): Attempt {
  const isStarted = type === JobEventType.PROGRESS;
  const live: Attempt = { ...attempt, state: isStarted ? AttemptState.STARTED : AttemptState.CLAIMED, endedBy: "" };
  delete live.endTime;
  delete live.outcome;
  delete live.progress;
  if (!isStarted) delete live.startTime;
  if (progress !== undefined) live.progress = progress;
  const deadline = attempt.executionDeadline ?? later(attempt.claimTime, job.spec?.policies?.executionTimeout);
  return deadline === undefined ? live : { ...live, executionDeadline: deadline };
}

/** The history keeps no deadline of attempts that are over. */
function later(time: Timestamp | undefined, by: Duration | undefined): Timestamp | undefined {
  if (time === undefined || by === undefined) return undefined;
  const nanos = time.nanos + by.nanos;
  const carry = nanos >= 1e9 ? 1 : 0;
  return create(TimestampSchema, {
    seconds: time.seconds + by.seconds + BigInt(carry),
    nanos: nanos - carry * 1e9,
  });
}
