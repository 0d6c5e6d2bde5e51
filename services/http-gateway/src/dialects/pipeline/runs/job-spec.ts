import { create } from "@bufbuild/protobuf";
import { concurrencyKeys, type JobInput, operations, queues, rankClasses } from "@switchyard/pipeline-model";
import { type JobSpec, JobSpecSchema } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { LostLeaseAction } from "@switchyard/proto/switchyard/scheduler/v1/policy_pb";
import { coreName } from "../../../core/core-name.js";
import { durationFromSeconds } from "../../../json/timestamp.js";
import { isPostingId } from "../posting-id.js";
import { pipelineOperation } from "./run-id.js";

/** One piece of work that the worker shall do. */
export interface Work {
  /** The operation, a kind of `libs/pipeline-model`. */
  readonly kind: string;
  /** What the worker reads, without `operation`, which is the kind. */
  readonly input: Omit<JobInput, "operation">;
  /** What it is about, where that is not the posting of the input: a source of ingestion, say. */
  readonly subject?: string;
  /** In the queue that the queue view shows. Default: beside it. */
  readonly shown?: boolean;
  /** Somebody waits for the answer: before all work that nobody waits for. Default: no. */
  readonly synchronousClass?: boolean;
}

/** How often a lost run is begun again. A run that failed is not. */
const maxAttempts = 3;

/**
 * Says what a piece of work is to the core.
 *
 * @param timeoutSeconds the longest time of a pipeline run
 */
export function jobSpecOf(work: Work, { timeoutSeconds }: { readonly timeoutSeconds: number }): JobSpec {
  const { kind, shown = false, synchronousClass = false } = work;
  const input: JobInput = { operation: kind, ...work.input };
  const isPipeline = kind === pipelineOperation;
  return create(JobSpecSchema, {
    queue: shown ? queues.shown : queues.direct,
    kind,
    subject: work.subject ?? postingSubject(input.job_id ?? ""),
    labels: { ...label("tier", input.tier), ...label("source", input.source), ...unusualId(input.job_id) },
    input: { data: Buffer.from(JSON.stringify(input)), contentType: "application/json" },
    order: {
      rankClass: synchronousClass ? rankClasses.synchronous : rankClasses.standard,
      rankBy: { case: "rank", value: 0 },
      weight: operations[kind]?.seconds ?? 0,
    },
    policies: {
      maxAttempts,
      lost: { beforeStart: LostLeaseAction.REQUEUE, afterStart: LostLeaseAction.REQUEUE },
      ...(isPipeline ? { executionTimeout: durationFromSeconds(timeoutSeconds) } : {}),
    },
    concurrencyKeys: [isPipeline ? concurrencyKeys.pipeline : concurrencyKeys.operations],
  });
}

/** The subject of jobs about a posting, whose id is any text: one that is no id belongs to no posting, and its runs fail. */
export function postingSubject(jobId: string): string {
  return isPostingId(jobId) ? jobId.toLowerCase() : coreName(jobId, 512);
}

/** The posting that a job is about, as the caller wrote it. */
export function postingOf({ subject, labels }: Pick<JobSpec, "subject" | "labels">): string {
  return labels["job_id"] ?? subject;
}

/** Subjects are no place for every text; views show what the caller sent, up to a length. */
function unusualId(jobId: string | undefined): Record<string, string> {
  if (jobId === undefined || postingSubject(jobId) === jobId) return {};
  return label("job_id", jobId);
}

/** A label, cut to what the core takes: 1,024 bytes without control characters. */
function label(name: string, value: string | null | undefined): Record<string, string> {
  if (value === undefined || value === null || value === "") return {};
  return {
    [name]: value
      .replace(/\p{Cc}/gu, " ")
      .slice(0, 340)
      .toWellFormed(),
  };
}
