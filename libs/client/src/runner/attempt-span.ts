import type { Span } from "@opentelemetry/api";
import { Outcome_Kind } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import type { Lease } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { failSpan, startSpanBelow } from "@switchyard/tracing";
import type { Attempt } from "./attempt.js";
import type { OutcomeInit } from "./outcome/to-outcome.js";

/** Begins the span of an attempt's work, below the job's `traceparent`; every attempt of a job has one of its own. Undefined when there is no trace. */
export function startAttemptSpan(attempt: Attempt, lease: Lease): Span | undefined {
  attempt.span = startSpanBelow(lease.traceParent, `run ${lease.kind}`, () => ({
    "switchyard.namespace": lease.namespace,
    "switchyard.job.id": lease.jobId,
    "switchyard.attempt": lease.attempt,
    "switchyard.attempt.id": lease.attemptId,
    "switchyard.runner.id": lease.runnerId,
    "switchyard.queue": lease.queue,
  }));
  return attempt.span;
}

/** Ends it when the handler has: reports come later, and are spans below it. Undefined: nothing of the attempt is wanted any more. */
export function endAttemptSpan({ span, stopped }: Attempt, outcome: OutcomeInit | undefined): void {
  if (span === undefined) return;
  const { kind = Outcome_Kind.UNSPECIFIED, message = "" } = outcome ?? {};
  span.setAttribute("switchyard.outcome", outcome === undefined ? "LOST" : Outcome_Kind[kind]);
  if (stopped !== undefined) span.setAttribute("switchyard.stop_reason", stopped);
  if (outcome === undefined || kind === Outcome_Kind.FAILED || kind === Outcome_Kind.TIMED_OUT) {
    failSpan(span, new Error(message || stopped || "the attempt was lost"));
  }
  span.end();
}
