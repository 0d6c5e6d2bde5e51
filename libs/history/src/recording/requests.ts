import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { JobState } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import {
  CancelJobsRequestSchema,
  CancelMode,
  RetryJobsRequestSchema,
  SubmitJobsRequestSchema,
} from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import { SetLimitsRequestSchema } from "@switchyard/proto/switchyard/scheduler/v1/queue_service_pb";
import type { RequestOf } from "../told.js";
import { specOf } from "./spec.js";

/** A submit. The items' own idempotency keys are not part of a history. */
export function submitRequestOf(init: MessageInitShape<typeof SubmitJobsRequestSchema>): RequestOf<"submit"> {
  const { namespace, requestId, items } = create(SubmitJobsRequestSchema, init);
  return { op: "submit", namespace, requestId, items: items.map(({ spec }) => specOf(spec ?? {})) };
}

/** A cancel of named jobs. */
export function cancelRequestOf(init: MessageInitShape<typeof CancelJobsRequestSchema>): RequestOf<"cancel"> {
  const { namespace, jobIds, mode, asState } = create(CancelJobsRequestSchema, init);
  return {
    op: "cancel",
    namespace,
    jobs: jobIds,
    mode: mode === CancelMode.IMMEDIATE ? "immediate" : "confirmed",
    as: asState === JobState.FAILED ? "FAILED" : "CANCELLED",
  };
}

/** A retry. */
export function retryRequestOf(init: MessageInitShape<typeof RetryJobsRequestSchema>): RequestOf<"retry"> {
  const { namespace, jobIds, requestId } = create(RetryJobsRequestSchema, init);
  return { op: "retry", namespace, jobs: jobIds, requestId };
}

/** A change of limits. */
export function limitsRequestOf(init: MessageInitShape<typeof SetLimitsRequestSchema>): RequestOf<"limits"> {
  const { namespace, limits } = create(SetLimitsRequestSchema, init);
  return {
    op: "limits",
    namespace,
    limits: limits.map(({ key, seats, ratePerSecond, burst }) => ({
      key,
      ...(seats !== undefined && { seats }),
      ...(ratePerSecond !== undefined && { ratePerSecond }),
      ...(burst > 0 && { burst }),
    })),
  };
}
