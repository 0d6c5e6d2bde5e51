import type { Timestamp } from "@bufbuild/protobuf/wkt";
import { type Attempt, AttemptState } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { type Job, JobState } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { failureText } from "../../core/failure-text.js";
import { RawJson, writeJson } from "../../json/raw-json.js";
import { type PlacedLogEntry, placedEntry } from "./log-mapping.js";
import { limitSecondsOf, parametersOf } from "./mapping.js";
import type { LogLevelWord } from "./vocabulary.js";

/**
 * The entries that the service itself adds to a task's log, rendered from the job's history at each read. They are stored
 * nowhere: no second write that could fail, and never out of step with the state.
 *
 * @param job read with payloads and every attempt
 */
export function lifecycleEntries(job: Job): PlacedLogEntry[] {
  const entries: PlacedLogEntry[] = [];
  const add = (key: string, time: Timestamp | undefined, rank: number, line: Line) => {
    if (time === undefined) return;
    const content = { ...line, context: new RawJson(writeJson(line.context)) };
    entries.push(placedEntry({ taskId: job.id, key, time, rank }, content));
  };
  const created = { problem_id: job.spec?.kind ?? "", parameters: parametersOf(job.spec?.input) };
  add("created", job.createTime, -1, { level: "info", message: "Task created", context: created });
  for (const attempt of job.attempts) {
    const claimed = { worker_id: attempt.runnerId };
    add(`${attempt.number}/claimed`, attempt.claimTime, 0, {
      level: "info",
      message: "Task execution started",
      context: claimed,
    });
    const end = attemptEnd(job, attempt);
    if (end !== undefined) add(`${attempt.number}/end`, attempt.endTime, 2, end);
  }
  const end = jobEnd(job);
  if (end !== undefined) add("end", job.endTime, 3, end);
  return entries;
}

interface Line {
  readonly level: LogLevelWord;
  readonly message: string;
  readonly context: Record<string, unknown>;
}

function attemptEnd(job: Job, attempt: Attempt): Line | undefined {
  const worker_id = attempt.runnerId;
  switch (attempt.state) {
    case AttemptState.SUCCEEDED:
      return { level: "info", message: "Task completed successfully", context: { worker_id } };
    case AttemptState.FAILED:
      return failed(failureText(attempt, attempt === job.attempts.at(-1) ? job.endMessage : ""), worker_id);
    case AttemptState.TIMED_OUT:
      return timedOut(job);
    case AttemptState.LOST:
      return released(worker_id, "the worker was lost");
    case AttemptState.RELEASED:
      return released(worker_id, attempt.outcome?.message || attempt.endedBy || "given back");
    default:
      return undefined;
  }
}

/** The end of the job itself, where no attempt's end says it. */
function jobEnd(job: Job): Line | undefined {
  const last = job.attempts.at(-1)?.state;
  if (job.state === JobState.CANCELLED) {
    return {
      level: "info",
      message: "Task cancelled",
      context: job.endMessage === "" ? {} : { reason: job.endMessage },
    };
  }
  if (job.state === JobState.FAILED && last !== AttemptState.FAILED) return failed(job.endMessage, null);
  if (job.state === JobState.TIMED_OUT && last !== AttemptState.TIMED_OUT) return timedOut(job);
  return undefined;
}

function failed(error: string, worker_id: string | null): Line {
  return {
    level: "error",
    message: error === "" ? "Task failed" : `Task failed: ${error}`,
    context: { worker_id, error },
  };
}

function timedOut(job: Job): Line {
  return { level: "warning", message: "Task timed out", context: { timeout_seconds: limitSecondsOf(job) ?? null } };
}

function released(worker_id: string, reason: string): Line {
  return { level: "warning", message: `Task released: ${reason}`, context: { worker_id, reason } };
}
