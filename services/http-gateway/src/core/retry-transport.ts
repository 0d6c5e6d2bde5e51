import type { Transport } from "@connectrpc/connect";
import { isReadMethod, withRepeats } from "@switchyard/client";

/** Waits before the repeats, in milliseconds: about as long as a shard needs to be handed over in good order. */
const waitsMs = [30, 100, 300, 700];

/**
 * The calls beside reads that may be made again when their effect is unknown: submits (they carry a request id), what states how
 * things are (signs of life, progress, the whole text of a log), and reports of an outcome (the core answers a repeat of
 * the same kind as the first). Claims, cancels and appends are not among them.
 */
const repeatable = new Set([
  "SubmitJobs",
  "RegisterRunner",
  "Heartbeat",
  "ReportAttempts",
  "ReplaceLogText",
  "CompleteJob",
  "FailJob",
  "CheckCredential",
]);

/**
 * Repeats calls that a service could not answer at that moment, so that the change of a shard's owner is a short wait for
 * HTTP clients, which know no better than to give up.
 */
export function withRetries(transport: Transport): Transport {
  return withRepeats(transport, { waitsMs, isRepeatable: (name) => isReadMethod(name) || repeatable.has(name) });
}
