import { ErrorReason } from "@switchyard/proto/switchyard/common/v1/errors_pb";
import {
  Outcome_Kind as Kind,
  type Lease,
  type Revocation,
  Revocation_Reason as StopReason,
} from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import type { Granted, OutcomeKind, Stop, WriteContent, WriteResult } from "../observation.js";
import { enumWord } from "./enum-word.js";
import { spanOf } from "./times.js";

/** An attempt in a runner's hands. `call`: the `claim` call that it came by, if it was one. */
export function grantedOf(at: number, lease: Lease, call?: number): Granted {
  const { namespace, runnerId, jobId, attempt, timeToLive } = lease;
  return {
    type: "granted",
    at,
    namespace,
    runner: runnerId,
    job: jobId,
    attempt,
    ...(timeToLive && { leaseMs: spanOf(timeToLive) }),
    ...(call !== undefined && { call }),
  };
}

/** Word to a runner to stop. */
export function stopOf(at: number, runner: string, { jobId, attempt, reason }: Revocation): Stop {
  return { type: "stop", at, runner, job: jobId, attempt, reason: enumWord(StopReason, reason) };
}

/** An outcome as a runner sends it. */
export function outcomeOf({ kind, retryable }: { readonly kind: Kind; readonly retryable?: boolean }): WriteContent {
  return { sort: "outcome", kind: enumWord<OutcomeKind>(Kind, kind) as OutcomeKind, retryable: retryable ?? false };
}

/** What became of a write: of a report, a renewal or an append, all of which say so with a reason. */
export function writtenOf({
  reason,
  repeatedReport,
}: {
  readonly reason: ErrorReason;
  readonly repeatedReport?: boolean;
}): Pick<WriteResult, "result" | "reason"> {
  if (reason !== ErrorReason.UNSPECIFIED) return { result: "refused", reason: enumWord(ErrorReason, reason) };
  return { result: repeatedReport ? "repeated" : "taken", reason: "" };
}
