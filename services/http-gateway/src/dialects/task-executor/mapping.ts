import type { Timestamp } from "@bufbuild/protobuf/wkt";
import type { Payload } from "@switchyard/proto/switchyard/common/v1/payload_pb";
import type { Attempt, Lease } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { type Job, type JobSpec, JobState } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { failureText } from "../../core/failure-text.js";
import { resultObject } from "../../core/result-object.js";
import { shownAttempt } from "../../core/shown-attempt.js";
import { memberSpans } from "../../json/json-span.js";
import { isJsonObject, parseJson } from "../../json/parse-json.js";
import { RawJson } from "../../json/raw-json.js";
import { durationSeconds, timestampTextOrNull } from "../../json/timestamp.js";
import { type TaskStatus, taskStatusOf } from "./vocabulary.js";

/** A task as callers see it; written with `writeJson`. */
export interface TaskView {
  readonly id: string;
  readonly problem_id: string;
  readonly status: TaskStatus;
  readonly parameters: RawJson;
  readonly worker_id: string | null;
  readonly result: RawJson | null;
  readonly error_details: string | null;
  readonly created_at: string | null;
  readonly updated_at: string | null;
  readonly started_at: string | null;
  readonly completed_at: string | null;
}

const emptyObject = new RawJson("{}");

/** Shows a job as a task. The job must have been read with its payloads. */
export function taskFromJob(job: Job): TaskView {
  const attempt = shownAttempt(job);
  return {
    id: job.id,
    problem_id: job.spec?.kind ?? "",
    status: taskStatusOf(job.state),
    parameters: parametersOf(job.spec?.input),
    worker_id: attempt?.runnerId ?? null,
    result: job.state === JobState.SUCCEEDED ? resultObject(attempt?.outcome?.result) : null,
    error_details: errorDetailsOf(job, attempt),
    created_at: timestampTextOrNull(job.createTime),
    updated_at: timestampTextOrNull(job.updateTime ?? job.createTime),
    started_at: timestampTextOrNull(attempt?.claimTime),
    completed_at: timestampTextOrNull(job.endTime),
  };
}

/** Shows a task that a worker has just been given. */
export function taskFromLease(lease: Lease): TaskView {
  const claimed = timestampTextOrNull(lease.claimTime);
  return {
    id: lease.jobId,
    problem_id: lease.kind,
    status: "running",
    parameters: parametersOf(lease.input),
    worker_id: lease.runnerId,
    result: null,
    error_details: null,
    created_at: timestampTextOrNull(lease.createTime),
    updated_at: claimed,
    started_at: claimed,
    completed_at: null,
  };
}

/** Shows the task that was just created, before anything happened to it: a worker may have it by now. */
export function createdTask(id: string, spec: JobSpec, createTime: Timestamp | undefined): TaskView {
  const created = timestampTextOrNull(createTime);
  return {
    id,
    problem_id: spec.kind,
    status: "pending",
    parameters: parametersOf(spec.input),
    worker_id: null,
    result: null,
    error_details: null,
    created_at: created,
    updated_at: created,
    started_at: null,
    completed_at: null,
  };
}

/** The task's parameters, as they were written; `{}` for the input of a job that no task-executor client submitted. */
export function parametersOf(input: Payload | undefined): RawJson {
  const document = input === undefined ? "syntax" : parseJson(input.data);
  if (typeof document === "string" || !isJsonObject(document.value)) return emptyObject;
  if (!isJsonObject(document.value.parameters)) return emptyObject;
  const span = memberSpans(document.text).get("parameters");
  return span === undefined ? emptyObject : new RawJson(document.text.slice(span.start, span.end));
}

/** The limit of a job in seconds; undefined for none. */
export function limitSecondsOf(job: Job): number | undefined {
  return durationSeconds(job.spec?.policies?.executionTimeout);
}

function errorDetailsOf(job: Job, attempt: Attempt | undefined): string | null {
  if (job.state === JobState.FAILED) return failureText(attempt, job.endMessage);
  if (job.state !== JobState.TIMED_OUT) return null;
  const limit = limitSecondsOf(job);
  return `Task exceeded timeout limit${limit === undefined ? "" : ` of ${limit} seconds`}`;
}
