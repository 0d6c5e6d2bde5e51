import type { Timestamp } from "@bufbuild/protobuf/wkt";
import { type Attempt, AttemptState } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { type Job, JobState } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { RawJson, writeJson } from "../../../json/raw-json.js";
import { attemptError, errorOf } from "../jobs/job-error.js";
import { runnerNameOf } from "../runners/claim-info.js";
import type { LogLevelWord } from "../vocabulary.js";
import { attemptEndId, claimedId, createdId, jobEndId } from "./log-id.js";
import { type LogEntryView, logEntryView } from "./log-view.js";

/**
 * The entries that the service itself adds to a job's log, rendered from the job's history at each read, in rising order.
 * They are stored nowhere: no second write that could fail, and never out of step with the state.
 *
 * @param job read with every attempt
 */
export function serverEntries(job: Job): LogEntryView[] {
  const entries: LogEntryView[] = [];
  const add = (id: number, time: Timestamp | undefined, line: Line | undefined) => {
    if (line === undefined) return;
    const { level, message, metadata } = line;
    entries.push(
      logEntryView(job.id, time, { id, level, message, metadata: new RawJson(writeJson(metadata)), source: "server" }),
    );
  };
  const definition = { definition_name: job.spec?.kind ?? "", created_by: job.spec?.submitter ?? "" };
  add(createdId, job.createTime, { level: "info", message: "job created", metadata: definition });
  for (const attempt of job.attempts) {
    const metadata = runnerOf(attempt);
    add(claimedId(attempt.number), attempt.claimTime, { level: "info", message: "job claimed", metadata });
    add(attemptEndId(attempt.number), attempt.endTime, takenAway(job, attempt));
  }
  add(jobEndId(job.attemptCount), job.endTime, jobEnd(job));
  return entries;
}

interface Line {
  readonly level: LogLevelWord;
  readonly message: string;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** What is said of a claim that did not end its job, or that was lost. */
function takenAway(job: Job, attempt: Attempt): Line | undefined {
  const isLast = attempt.number === job.attemptCount;
  const ended = isLast && job.state === JobState.FAILED;
  const metadata = runnerOf(attempt);
  switch (attempt.state) {
    case AttemptState.LOST: {
      const error = attemptError(job, attempt) ?? "";
      return { level: "warn", message: `${ended ? "claim lost" : "job requeued"}: ${error}`, metadata };
    }
    case AttemptState.FAILED: {
      const error = attemptError(job, attempt) ?? "";
      return ended ? undefined : { level: "warn", message: `job requeued: ${error}`, metadata };
    }
    case AttemptState.RELEASED: {
      const why = attempt.outcome?.message || attempt.endedBy || "the claim was given back";
      return { level: "warn", message: `job requeued: ${why}`, metadata };
    }
    default:
      return undefined;
  }
}

function jobEnd(job: Job): Line | undefined {
  switch (job.state) {
    case JobState.SUCCEEDED:
      return { level: "info", message: "job completed", metadata: runnerOf(job.lastAttempt) };
    case JobState.FAILED:
    case JobState.TIMED_OUT:
      return { level: "error", message: `job failed: ${errorOf(job) ?? ""}`, metadata: runnerOf(job.lastAttempt) };
    case JobState.CANCELLED:
      return { level: "info", message: "job cancelled", metadata: { cancelled_by: job.endActor } };
    default:
      return undefined;
  }
}

function runnerOf(attempt: Attempt | undefined): Record<string, unknown> {
  if (attempt === undefined) return {};
  return { runner_id: attempt.runnerId, runner_name: runnerNameOf(attempt.claimInfo) ?? attempt.runnerId };
}
