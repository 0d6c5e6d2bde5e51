import type { Job } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { postingOf } from "../runs/job-spec.js";
import { queueIdOf, runIdOfJob } from "../runs/run-id.js";
import { failureOf } from "../runs/run-result.js";
import { naiveTimeOrNull } from "../time-text.js";
import { type ItemStatus, itemStatusOf } from "../vocabulary.js";

/** What the queue says about the posting of an item. */
export interface PostingFacts {
  readonly title: string;
  readonly company: string;
}

/** Of postings that are not there, or say nothing. */
export const unknownPosting: PostingFacts = { title: "Unknown", company: "Unknown" };

/** An item of the queue. */
export interface QueueItemView {
  readonly queue_id: string;
  readonly job_id: string;
  readonly job_title: string;
  readonly company: string;
  readonly status: ItemStatus;
  readonly operation: string;
  readonly processing_tier: string;
  readonly created_at: string | null;
  readonly started_at: string | null;
  readonly completed_at: string | null;
  readonly error: string | null;
  readonly run_id: string;
  /** Among those that wait, from 1; 0 for all others. */
  readonly position: number;
}

/** Shows a job as an item of the queue. One that was tried again shows nothing of its earlier run. */
export function itemView(job: Job, { title, company }: PostingFacts, position: number): QueueItemView {
  const { spec, lastAttempt, reopenCount } = job;
  const attempt = lastAttempt?.reopen === reopenCount ? lastAttempt : undefined;
  const status = itemStatusOf(job.state);
  return {
    queue_id: queueIdOf(job.id),
    job_id: spec === undefined ? "" : postingOf(spec),
    job_title: title,
    company,
    status,
    operation: spec?.kind ?? "",
    processing_tier: spec?.labels["tier"] ?? "auto",
    created_at: naiveTimeOrNull(job.createTime),
    started_at: status === "pending" ? null : naiveTimeOrNull(attempt?.startTime ?? attempt?.claimTime),
    completed_at: naiveTimeOrNull(job.endTime),
    error: failureOf(job, attempt)?.message ?? null,
    run_id: runIdOfJob(job),
    position,
  };
}
