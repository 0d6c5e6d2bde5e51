import { setTimeout as delay } from "node:timers/promises";
import { Code, ConnectError, type Transport } from "@connectrpc/connect";
import { isRetryable } from "@switchyard/errors";

/** Waits before the repeats, in milliseconds: about as long as a shard needs to be handed over in good order. */
const waitsMs = [30, 100, 300, 700];

/**
 * The calls that may be made again when their effect is unknown: reads, submits (they carry a request id), what states how
 * things are (signs of life, progress, the whole text of a log), and reports of an outcome (the core answers a repeat of
 * the same kind as the first). Claims, cancels and appends are not among them.
 */
const repeatable = new Set([
  "SubmitJobs",
  "GetJob",
  "ListJobs",
  "AggregateJobs",
  "LookupResult",
  "PeekJobs",
  "GetQueue",
  "ListQueues",
  "RegisterRunner",
  "Heartbeat",
  "ReportAttempts",
  "ReplaceLogText",
  "CompleteJob",
  "FailJob",
  "ListRunners",
  "GetRunner",
  "ReadLog",
  "CheckCredential",
  "GetDocument",
  "ListDocuments",
]);

/** Full is not away: a caller that is told to slow down must hear of it. */
function isPassing(error: unknown): boolean {
  return isRetryable(error) && ConnectError.from(error).code !== Code.ResourceExhausted;
}

/**
 * Repeats calls that a service could not answer at that moment, so that the change of a shard's owner is a short wait for
 * HTTP clients, which know no better than to give up.
 */
export function withRetries(transport: Transport): Transport {
  return {
    async unary(method, signal, timeoutMs, header, input, contextValues) {
      // One deadline for all of them together: an HTTP caller must not wait for each in turn.
      const endsAt = performance.now() + (timeoutMs ?? Number.POSITIVE_INFINITY);
      for (let repeat = 0; ; repeat += 1) {
        const leftMs = timeoutMs === undefined ? undefined : Math.max(1, Math.ceil(endsAt - performance.now()));
        try {
          return await transport.unary(method, signal, leftMs, header, input, contextValues);
        } catch (error) {
          const waitMs = waitsMs[repeat];
          if (waitMs === undefined || !repeatable.has(method.name) || !isPassing(error)) throw error;
          if (performance.now() + waitMs >= endsAt) throw error;
          await delay(waitMs * (0.5 + Math.random() / 2));
        }
      }
    },
    stream: (method, signal, timeoutMs, header, input, contextValues) =>
      transport.stream(method, signal, timeoutMs, header, input, contextValues),
  };
}
