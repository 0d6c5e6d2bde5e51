import type { Timestamp } from "@bufbuild/protobuf/wkt";
import type { Attempt, Lease } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { type Job, JobState } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { shownAttempt } from "../../core/shown-attempt.js";
import { RawJson } from "../../json/raw-json.js";
import { timestampMicros } from "../../json/timestamp.js";
import { jobTypeOf } from "./job-type.js";
import { jsonOf } from "./json-payload.js";
import { type ProgressView, progressView } from "./progress.js";
import { type JobStatus, statusOf } from "./vocabulary.js";

/** A result as callers see it. */
export interface ResultView {
  readonly output_data: RawJson;
  readonly console_output: string;
}

/** A job's state as callers see it; written with `writeJson`. */
export interface JobStateView {
  readonly job_id: string;
  readonly status: JobStatus;
  readonly job_type: string;
  readonly created_at: number | null;
  readonly updated_at: number | null;
  readonly progress: ProgressView | undefined;
  readonly result: ResultView | undefined;
  readonly error: string | undefined;
}

/** A line of the list of jobs. */
export interface ListedJobView {
  readonly job_id: string;
  readonly job_type: string;
  readonly status: JobStatus;
  readonly created_at: number | null;
  readonly updated_at: number | null;
}

/** All about a job, for administrators. */
export interface JobDetailView extends ListedJobView {
  readonly input_params: RawJson;
  readonly claimed_by: string | null;
  readonly claimed_at: number | null;
  readonly console_output: string;
  readonly last_heartbeat: number | null;
  readonly progress: ProgressView | undefined;
  readonly output_data: RawJson | undefined;
  readonly error_message: string | undefined;
}

const noJson = new RawJson("null");
const emptyObject = new RawJson("{}");

/** Shows a job's state. It must have been read with its payloads. @param console of a completed job */
export function jobStateView(job: Job, console: string): JobStateView {
  return {
    job_id: job.id,
    status: statusOf(job),
    job_type: jobTypeOf(job.spec),
    created_at: msOf(job.createTime),
    updated_at: msOf(job.updateTime ?? job.createTime),
    progress: progressView(shownAttempt(job)?.progress),
    result: resultView(job, console),
    error: errorOf(job) || undefined,
  };
}

/** Shows the result of a completed job; undefined for any other. */
export function resultView(job: Job, console: string): ResultView | undefined {
  const output_data = outputOf(job);
  return output_data === undefined ? undefined : { output_data, console_output: console };
}

/** Shows a job in a list. It may have been read without its payloads. */
export function listedJobView(job: Job, jobType: string): ListedJobView {
  return {
    job_id: job.id,
    job_type: jobType,
    status: statusOf(job),
    created_at: msOf(job.createTime),
    updated_at: msOf(job.updateTime ?? job.createTime),
  };
}

/** The runner that has a job, or had it at its end. */
export function claimedBy(job: Job): string | null {
  return shownAttempt(job)?.runnerId ?? null;
}

/** Shows all about a job that was read with its payloads. */
export function jobDetailView(job: Job, console: string): JobDetailView {
  const attempt = shownAttempt(job);
  return {
    ...listedJobView(job, jobTypeOf(job.spec)),
    input_params: inputOf(job.spec),
    claimed_by: claimedBy(job),
    claimed_at: msOf(attempt?.claimTime),
    console_output: console,
    last_heartbeat: lastHeartbeat(attempt),
    progress: progressView(attempt?.progress),
    output_data: outputOf(job),
    error_message: errorOf(job) || undefined,
  };
}

/** Shows a job that could be claimed. It must have been read with its payloads. */
export function availableJobView(job: Job) {
  return {
    job_id: job.id,
    job_type: jobTypeOf(job.spec),
    input_params: inputOf(job.spec),
    created_at: msOf(job.createTime),
  };
}

/** Shows a job that a runner has just been given. */
export function claimedJobView(lease: Lease, jobType: string) {
  return { job_id: lease.jobId, job_type: jobType, input_params: inputOf(lease) };
}

/** The words about a job that failed, in whatever way; empty when its runner said none, and for any other job. */
export function errorOf({ state, endMessage }: Pick<Job, "state" | "endMessage">): string {
  switch (state) {
    case JobState.FAILED:
      return endMessage;
    case JobState.TIMED_OUT:
      return endMessage || "Job timed out";
    case JobState.CANCELLED:
      return endMessage || "Job was cancelled";
    default:
      return "";
  }
}

/** Milliseconds since 1970; null for a time that is not set. */
export function msOf(time: Timestamp | undefined): number | null {
  return time === undefined ? null : Math.floor(timestampMicros(time) / 1000);
}

/** What a completed job put out; undefined for any other. A runner of another kind may have put out nothing. */
function outputOf(job: Job): RawJson | undefined {
  if (job.state !== JobState.SUCCEEDED) return undefined;
  const result = shownAttempt(job)?.outcome?.result;
  return result === undefined ? noJson : jsonOf(result);
}

function inputOf(of: Pick<Lease, "input"> | Job["spec"]): RawJson {
  return of?.input === undefined || of.input.data.length === 0 ? emptyObject : jsonOf(of.input);
}

/** Every heartbeat writes the progress, and a claim counts as one. */
function lastHeartbeat(attempt: Attempt | undefined): number | null {
  return msOf(attempt?.progress?.updateTime ?? attempt?.claimTime);
}
