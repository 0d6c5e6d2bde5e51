import { create } from "@bufbuild/protobuf";
import { type JobSpec, JobSpecSchema, RetentionClass } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { HoldMode, LostLeaseAction, OnConflict, ReuseState } from "@switchyard/proto/switchyard/scheduler/v1/policy_pb";
import { memberSpans } from "../../json/json-span.js";
import type { JsonDocument } from "../../json/parse-json.js";
import { durationFromSeconds } from "../../json/timestamp.js";
import type { RunpackConfig } from "./config.js";
import { badRequest } from "./errors.js";
import { jobHash } from "./job-hash.js";
import { kindFromJobType } from "./job-type.js";
import { jsonPayload } from "./json-payload.js";

/** The queue of the dialect's jobs. */
const jobQueue = "jobs";

/** A submission stands for the one job that ever had its hash, whatever became of it. */
export const everyState = [
  ReuseState.ACTIVE,
  ReuseState.SUCCEEDED,
  ReuseState.FAILED,
  ReuseState.TIMED_OUT,
  ReuseState.CANCELLED,
];

/** The end of a job whose runner has fallen silent. */
const lostMessage = "Job timed out - no heartbeat received";

/** The core's limit for what it keeps beside a job. */
const maxClientDataBytes = 64 * 1024;

/** What a valid body submits, or asks for. */
export interface Submission {
  readonly jobType: string;
  readonly inputParams: unknown;
  /** The caller's own text of `inputParams`. */
  readonly inputText: string;
  readonly hash: string;
}

/** Reads a submission. The body must have passed its check. */
export function submissionOf({ text, value }: JsonDocument): Submission {
  const { job_type: jobType, input_params: inputParams } = value as { job_type: string; input_params: unknown };
  const span = memberSpans(text).get("input_params");
  const inputText = span === undefined ? "" : text.slice(span.start, span.end);
  return { jobType, inputParams, inputText, hash: jobHash(jobType, inputParams) };
}

/**
 * Says what a submission is to the core: first come, first served; one attempt, which lives on its own heartbeats and fails
 * the job without them, started or not; a result that is kept until somebody deletes it.
 *
 * @throws RunpackError 400 for a job type that is too long to be kept
 */
export function jobSpecFromSubmission(
  { jobType, inputParams, inputText, hash }: Submission,
  { heartbeatTimeoutMs }: Pick<RunpackConfig, "heartbeatTimeoutMs">,
): JobSpec {
  const { kind, clientData } = kindFromJobType(jobType);
  if (clientData.length > maxClientDataBytes) {
    throw badRequest("Failed to submit job", `job_type is longer than ${maxClientDataBytes} bytes`);
  }
  return create(JobSpecSchema, {
    queue: jobQueue,
    kind,
    clientData,
    input: jsonPayload(inputText, inputParams),
    order: { rankBy: { case: "rank", value: 0 } },
    policies: {
      maxAttempts: 1,
      hold: HoldMode.ATTEMPT,
      lease: durationFromSeconds(heartbeatTimeoutMs / 1000),
      lost: { beforeStart: LostLeaseAction.FAIL, afterStart: LostLeaseAction.FAIL, message: lostMessage },
    },
    reuse: { key: hash, states: everyState, onConflict: OnConflict.RETURN },
    retention: RetentionClass.KEEP,
  });
}
