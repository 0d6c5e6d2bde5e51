import type { OperationResult } from "@switchyard/pipeline-model";
import type { Payload } from "@switchyard/proto/switchyard/common/v1/payload_pb";
import type { Attempt } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { type Job, JobState } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { failureText, failureTextType } from "../../../core/failure-text.js";
import { isJsonObject, parseJson } from "../../../json/parse-json.js";

/** Why a run did not end well. */
export interface RunFailure {
  readonly message: string;
  /** The worker's word for what sort of failure it was; undefined where it has none. */
  readonly code: string | undefined;
}

/** The result of an attempt, as the worker wrote it; undefined where there is none that can be read. */
export function resultOf(attempt: Attempt | undefined): OperationResult | undefined {
  const payload = attempt?.outcome?.result;
  const value = payload === undefined ? undefined : jsonObject(payload);
  if (value === undefined) return undefined;
  return {
    success: value["success"] !== false,
    data: isJsonObject(value["data"]) ? value["data"] : {},
    cost_usd: numberOr(value["cost_usd"], 0),
    duration_ms: numberOr(value["duration_ms"], 0),
    error: typeof value["error"] === "string" ? value["error"] : null,
    input_tokens: numberOr(value["input_tokens"], 0),
    output_tokens: numberOr(value["output_tokens"], 0),
    model_used: typeof value["model_used"] === "string" ? value["model_used"] : null,
  };
}

/** Why a job did not end well; undefined for one that did, or has not ended. */
export function failureOf(job: Job, attempt: Attempt | undefined): RunFailure | undefined {
  switch (job.state) {
    case JobState.FAILED:
    case JobState.TIMED_OUT:
      return failureOfAttempt(attempt, job.endMessage);
    case JobState.CANCELLED:
      return { message: "Cancelled", code: undefined };
    default:
      return undefined;
  }
}

/** Why an attempt failed, in its worker's words, or else in others. */
export function failureOfAttempt(attempt: Attempt | undefined, otherwise: string): RunFailure {
  const code = attempt?.outcome?.labels["code"];
  return { message: failureText(attempt, otherwise || "Operation failed"), code };
}

function jsonObject({ data, contentType }: Payload): Record<string, unknown> | undefined {
  const document = contentType === failureTextType ? "syntax" : parseJson(data);
  return typeof document === "string" || !isJsonObject(document.value) ? undefined : document.value;
}

function numberOr(value: unknown, otherwise: number): number {
  return typeof value === "number" && Number.isFinite(value) ? value : otherwise;
}
