import { durationFromMs } from "@bufbuild/protobuf/wkt";
import type { Payload } from "@switchyard/proto/switchyard/common/v1/payload_pb";
import { Outcome_Kind, type OutcomeSchema } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { bytesPayload, jsonPayload } from "../../payload.js";
import type { PlainInit } from "../../plain-init.js";
import type { StopReason } from "../stop-reason.js";
import { JobFailure, JobRelease, JobSuccess, type OutcomeFacts } from "./job-end.js";

/** An outcome as it is made before it is sent; what is known last is added to it. */
export type OutcomeInit = PlainInit<typeof OutcomeSchema>;

/** The contract's limit for messages, in bytes; cut on a character. */
const maxMessageBytes = 64 * 1024;

/** The outcome of a handler that returned. */
export function outcomeOfValue(value: unknown): OutcomeInit {
  if (!(value instanceof JobSuccess)) return plainSuccess(value);
  return { kind: Outcome_Kind.SUCCEEDED, ...resultOf(value.result), ...factsOf(value.facts) };
}

/** Most outcomes: made without copies, with room for what is added later. */
function plainSuccess(value: unknown): OutcomeInit {
  if (value === undefined) return { kind: Outcome_Kind.SUCCEEDED, wroteNothing: false };
  return { kind: Outcome_Kind.SUCCEEDED, result: payloadOf(value), wroteNothing: false };
}

/** The outcome of a handler that threw. */
export function outcomeOfError(error: unknown): OutcomeInit {
  if (error instanceof JobRelease) return releaseOutcome(error);
  const message = cut(error instanceof Error ? error.message || error.name : String(error));
  if (!(error instanceof JobFailure)) {
    const retryable = (error as { readonly retryable?: unknown } | null | undefined)?.retryable === true;
    return { kind: Outcome_Kind.FAILED, message, retryable };
  }
  const { options } = error;
  return {
    kind: options.timedOut ? Outcome_Kind.TIMED_OUT : Outcome_Kind.FAILED,
    message,
    retryable: options.retryable ?? false,
    ...resultOf(options.result),
    ...factsOf(options),
    ...(options.retryDelayMs === undefined ? {} : { retryDelay: durationFromMs(Math.round(options.retryDelayMs)) }),
  };
}

/** The outcome of an attempt that was asked to stop while it was still this runner's, whatever its handler then did. */
export function outcomeOfStop(reason: StopReason, ended: OutcomeInit): OutcomeInit {
  const kept = { ...(ended.labels && { labels: ended.labels }), ...(ended.metrics && { metrics: ended.metrics }) };
  switch (reason) {
    case "CANCEL_REQUESTED":
      return {
        ...kept,
        ...(ended.result && { result: ended.result }),
        kind: Outcome_Kind.CANCELLED,
        message: "stopped",
      };
    case "TIME_LIMIT":
      return {
        ...kept,
        ...(ended.result && { result: ended.result }),
        kind: Outcome_Kind.TIMED_OUT,
        message: "timed out",
      };
    case "DRAIN":
      return { kind: Outcome_Kind.RELEASED, message: "the runner is ending" };
    default:
      return ended;
  }
}

/** The outcome that gives a job back. */
export function releaseOutcome({ message, options }: JobRelease): OutcomeInit {
  return {
    kind: Outcome_Kind.RELEASED,
    message: cut(message),
    toFront: options.toFront ?? false,
    ...(options.delayMs === undefined ? {} : { retryDelay: durationFromMs(Math.round(options.delayMs)) }),
  };
}

/**
 * What is reported when the service refuses an outcome as such (too large, or with a wish that it doesn't serve): the job must
 * not hang on it. A release stays one, without wishes.
 */
export function refusedOutcome({ kind, message }: OutcomeInit, words: string): OutcomeInit {
  if (kind === Outcome_Kind.RELEASED) return { kind, message: message ?? "" };
  return { kind: Outcome_Kind.FAILED, message: cut(`the outcome was refused: ${words}`), retryable: false };
}

function resultOf(result: unknown): Pick<OutcomeInit, "result"> {
  return result === undefined ? {} : { result: payloadOf(result) };
}

function payloadOf(result: unknown): Payload {
  return result instanceof Uint8Array ? bytesPayload(result) : jsonPayload(result);
}

function factsOf(facts: OutcomeFacts): Pick<OutcomeInit, "labels" | "metrics" | "artifacts"> {
  return {
    ...(facts.labels && { labels: { ...facts.labels } }),
    ...(facts.metrics && { metrics: { ...facts.metrics } }),
    ...(facts.artifacts && { artifacts: [...facts.artifacts] }),
  };
}

function cut(message: string): string {
  const bytes = Buffer.from(message);
  if (bytes.length <= maxMessageBytes) return message;
  let end = maxMessageBytes - 3;
  while (end > 0 && ((bytes[end] as number) & 0xc0) === 0x80) end--;
  return `${bytes.toString("utf8", 0, end)}...`;
}
