import { AttemptState, type Progress } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import type { Job } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { resultObject } from "../../../core/result-object.js";
import { shownAttempt } from "../../../core/shown-attempt.js";
import type { RawJson } from "../../../json/raw-json.js";
import { timestampTextOrNull } from "../../../json/timestamp.js";
import { runnerNameOf } from "../runners/claim-info.js";
import { type JobStatus, jobStatusOf } from "../vocabulary.js";
import { errorOf } from "./job-error.js";
import { readJobInput } from "./job-input.js";

/** A job as callers see it; written with `writeJson`. */
export interface JobView {
  readonly id: string;
  readonly definition_name: string;
  /** Null for a job that was not made through this dialect. */
  readonly definition_version: number | null;
  readonly status: JobStatus;
  readonly priority: number;
  readonly part_number: string | null;
  readonly revision_number: number | null;
  readonly item_id: string | null;
  readonly project_id: string | null;
  readonly args: RawJson;
  readonly required_tags: readonly string[];
  readonly runner_id: string | null;
  readonly runner_name: string | null;
  readonly attempt: number;
  readonly max_retries: number;
  readonly progress: number;
  readonly progress_message: string | null;
  readonly result: RawJson | null;
  readonly error: string | null;
  readonly metadata: RawJson;
  readonly created_by: string | null;
  readonly created_at: string | null;
  readonly claimed_at: string | null;
  readonly started_at: string | null;
  readonly completed_at: string | null;
  readonly expires_at: string | null;
  readonly cancelled_at: string | null;
  readonly cancelled_by: string | null;
}

/** Shows a job. It must have been read with its payloads. */
export function jobView(job: Job): JobView {
  const input = readJobInput(job.spec?.input);
  const { definition } = input;
  const status = jobStatusOf(job);
  const attempt = shownAttempt(job);
  const isLive = status === "claimed" || status === "running";
  const endedAs = (...words: readonly JobStatus[]) => (words.includes(status) ? job.endTime : undefined);
  return {
    id: job.id,
    definition_name: definition?.name ?? job.spec?.kind ?? "",
    definition_version: definition?.version ?? null,
    status,
    priority: rankOf(job),
    part_number: input.part_number ?? textOrNull(job.spec?.subject),
    revision_number: input.revision_number,
    item_id: input.item_id,
    project_id: input.project_id,
    args: input.args,
    required_tags: definition?.tags ?? [],
    runner_id: attempt?.runnerId ?? null,
    runner_name: attempt === undefined ? null : (runnerNameOf(attempt.claimInfo) ?? attempt.runnerId),
    attempt: attemptNumber(job),
    max_retries: Math.max(0, (job.spec?.policies?.maxAttempts ?? 1) - 1),
    progress: status === "completed" ? 100 : percentOf(job.lastAttempt?.progress),
    progress_message: job.lastAttempt?.progress?.message ?? null,
    result: status === "completed" ? resultObject(attempt?.outcome?.result) : null,
    error: errorOf(job),
    metadata: input.metadata,
    created_by: textOrNull(job.spec?.submitter),
    created_at: timestampTextOrNull(job.createTime),
    claimed_at: timestampTextOrNull(attempt?.claimTime),
    started_at: timestampTextOrNull(attempt?.startTime),
    completed_at: timestampTextOrNull(endedAs("completed", "failed")),
    expires_at: timestampTextOrNull(isLive ? attempt?.executionDeadline : undefined),
    cancelled_at: timestampTextOrNull(endedAs("cancelled")),
    cancelled_by: textOrNull(endedAs("cancelled") === undefined ? "" : job.endActor),
  };
}

const countsAlready: ReadonlySet<AttemptState> = new Set([
  AttemptState.FAILED,
  AttemptState.LOST,
  AttemptState.RELEASED,
]);

/**
 * Which attempt the job is in, as its budget counts: failures and losses, and the one that goes on or has ended in another way.
 * The core's own numbers count claims too that no runner ever heard of.
 */
function attemptNumber({ countedAttempts, lastAttempt }: Job): number {
  return countedAttempts + (lastAttempt === undefined || countsAlready.has(lastAttempt.state) ? 0 : 1);
}

/** Progress in percent; runners that speak another protocol may count in units of their own. */
function percentOf(progress: Progress | undefined): number {
  const { current, total } = progress ?? {};
  if (current === undefined || total === 0) return 0;
  const percent = total === undefined ? current : (100 * current) / total;
  return Math.min(100, Math.max(0, Math.round(percent)));
}

function rankOf({ spec }: Job): number {
  const by = spec?.order?.rankBy;
  return by?.case === "rank" ? by.value : 0;
}

function textOrNull(text: string | undefined): string | null {
  return text === undefined || text === "" ? null : text;
}
