import type { Job } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";

/** The operation of pipeline runs, which have ids of another form. */
export const pipelineOperation = "full_pipeline";

/** What a run's id says. */
export type RunName =
  | { /** Of an operation. */ readonly form: "operation"; readonly operation: string; readonly shortId: string }
  | { /** Of a pipeline run. */ readonly form: "pipeline"; readonly jobId: string };

/**
 * Reads a run's id; undefined for a text that is none. `op_<operation>_<12 hex>` names one opening of a job: a retry is a
 * new run. 32 hexadecimal digits name a pipeline run, which keeps its id.
 */
export function readRunId(runId: string): RunName | undefined {
  const [, operation, shortId] = /^op_([a-z][a-z_-]*)_([0-9a-f]{12})$/.exec(runId) ?? [];
  if (operation !== undefined && shortId !== undefined) return { form: "operation", operation, shortId };
  const [, a, b, c, d, e] = /^([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})$/.exec(runId) ?? [];
  return a === undefined ? undefined : { form: "pipeline", jobId: [a, b, c, d, e].join("-") };
}

/** The id of a job's present run. */
export function runIdOfJob({ id, shortId, spec }: Pick<Job, "id" | "shortId" | "spec">): string {
  const kind = spec?.kind ?? "";
  return kind === pipelineOperation ? id.replaceAll("-", "") : operationRunId(kind, shortId);
}

/** The id of the first run of a job that has just been submitted; its last twelve digits are the short id. */
export function firstRunId(kind: string, jobId: string): string {
  return kind === pipelineOperation ? jobId.replaceAll("-", "") : operationRunId(kind, firstShortId(jobId));
}

/** The short id of a job before it was reopened: the last group of its id. */
export function firstShortId(jobId: string): string {
  return jobId.slice(-12);
}

/** The id of an item of the queue: it stays the same over retries. */
export function queueIdOf(jobId: string): string {
  return `q_${firstShortId(jobId)}`;
}

/** The short id in the id of a queue item; undefined for a text that is none. */
export function readQueueId(queueId: string): string | undefined {
  return /^q_([0-9a-f]{12})$/.exec(queueId)?.[1];
}

function operationRunId(kind: string, shortId: string): string {
  return `op_${kind}_${shortId}`;
}
