import { timestampMs } from "@bufbuild/protobuf/wkt";
import {
  type Outcome as ProtoOutcome,
  Outcome_Kind,
  type Progress,
} from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import {
  type AttemptProgress as ProtoProgress,
  AttemptProgress_Mode,
} from "@switchyard/proto/switchyard/scheduler/v1/dispatch_service_pb";
import type { AttemptProgress, Outcome, OutcomeKind } from "../domain/core/model.js";
import { checkBytes, checkName, checkText, durationField, invalid, isEmpty, storable } from "./fields.js";
import { factsFromProto } from "./outcome-facts.js";

const kinds: Partial<Record<Outcome_Kind, OutcomeKind>> = {
  [Outcome_Kind.SUCCEEDED]: "SUCCEEDED",
  [Outcome_Kind.FAILED]: "FAILED",
  [Outcome_Kind.RELEASED]: "RELEASED",
  [Outcome_Kind.CANCELLED]: "CANCELLED",
  [Outcome_Kind.TIMED_OUT]: "TIMED_OUT",
};

/** Checks and translates an outcome. `resultBytes` is the largest result. */
export function outcomeFromProto(outcome: ProtoOutcome, resultBytes: number): Outcome {
  const kind = kinds[outcome.kind];
  if (!kind) throw invalid("outcome.kind", "is missing");
  checkBytes("outcome.result", outcome.result?.data, resultBytes);
  checkText("outcome.message", outcome.message, 64 * 1_024);
  if (!isEmpty(outcome.labels) && Object.keys(outcome.labels).length > 16)
    throw invalid("outcome.labels", "at most 16 labels are allowed");
  if (!isEmpty(outcome.metrics)) checkMetrics(outcome.metrics);
  const facts = storable(factsFromProto(outcome));
  checkText("outcome.labels", facts, 64 * 1_024);
  return {
    kind,
    result: outcome.result?.data,
    resultType: checkName("outcome.result.content_type", outcome.result?.contentType ?? "", 0, 255),
    message: storable(outcome.message),
    retryable: outcome.retryable,
    retryDelayMs: durationField("outcome.retry_delay", outcome.retryDelay, undefined, 0, 30 * 86_400_000),
    toFront: outcome.toFront,
    facts,
  };
}

function checkMetrics(metrics: Readonly<Record<string, number>>): void {
  const entries = Object.entries(metrics);
  if (entries.length > 32) throw invalid("outcome.metrics", "at most 32 metrics are allowed");
  for (const [name, value] of entries) {
    if (!Number.isFinite(value)) throw invalid(`outcome.metrics.${name}`, "must be a finite number");
  }
}

/** Joins reported progress with the earlier one. */
export function progressFromProto(
  report: ProtoProgress,
  earlier: AttemptProgress | undefined,
  now: number,
): AttemptProgress {
  const { progress, mode } = report;
  if (!progress) throw invalid("progress.progress", "is missing");
  checkBytes("progress.detail", progress.detail, 64 * 1_024);
  checkText("progress.message", progress.message ?? "", 64 * 1_024);
  if (progress.steps.length > 256) throw invalid("progress.steps", "at most 256 steps are allowed");
  const fresh = ownProgress(progress, now);
  if (mode !== AttemptProgress_Mode.MERGE || !earlier) return fresh;
  const steps = new Map(earlier.steps.map((step) => [step.name, step]));
  for (const step of fresh.steps) steps.set(step.name, step);
  return { ...earlier, ...fresh, steps: [...steps.values()].slice(-256) };
}

function ownProgress({ current, total, message, steps, detail }: Progress, now: number): AttemptProgress {
  return {
    ...(current !== undefined && { current }),
    ...(total !== undefined && { total }),
    ...(message !== undefined && { message: storable(message) }),
    steps: steps.map(({ name, status, message: words, time }) => ({
      name: checkName("progress.steps.name", name, 1, 255),
      status: storable(status),
      message: storable(words),
      at: time ? timestampMs(time) : now,
    })),
    ...(detail.byteLength > 0 && { detail }),
    at: now,
  };
}
