import { AttemptState } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { type Job, JobState } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import type { Limit } from "@switchyard/proto/switchyard/scheduler/v1/queue_service_pb";
import type { AttemptState as State, FinalJob, FinalLimit } from "../history.js";
import { enumWord } from "./enum-word.js";
import { msOf } from "./times.js";

/** A job as it was read at the end, in the full view. Its subject, if it has one, is its tag. */
export function finalJobOf({ id, namespace, state, spec, attempts, readyTime }: Job): FinalJob {
  return {
    namespace,
    job: id,
    state: enumWord<FinalJob["state"]>(JobState, state) as FinalJob["state"],
    ...(spec?.subject && { tag: spec.subject }),
    attempts: attempts.map((attempt) => ({
      number: attempt.number,
      runner: attempt.runnerId,
      state: enumWord<State>(AttemptState, attempt.state) as State,
    })),
    queue: spec?.queue || "default",
    kind: spec?.kind ?? "",
    ...(readyTime && { readyAt: msOf(readyTime) }),
  };
}

/** Limits of concurrency as they were listed at the end. */
export function finalLimitsOf(namespace: string, limits: readonly Limit[]): FinalLimit[] {
  return limits.map(({ key, seats, seatsUsed }) => ({
    namespace,
    key,
    held: seatsUsed,
    ...(seats !== undefined && { seats }),
  }));
}
