import type { Client } from "@connectrpc/connect";
import { fromConnectError, type Reason } from "@switchyard/errors";
import type { JobService } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import { withCallers } from "@switchyard/tracing";
import type { BackoffOptions } from "../retry/backoff.js";
import { brokenContract, isSafelyRepeated, retrying } from "../retry/retrying.js";
import { uuidV7 } from "../uuid-v7.js";
import type { WaitingSubmit } from "./submit-item.js";

/** What sending a batch needs. */
export interface SendBatchDeps {
  readonly jobs: Client<typeof JobService>;
  readonly namespace: string;
  /** Deadline of one try, in milliseconds. */
  readonly timeoutMs: number;
  /** No repeat begins later than this after the first try, in milliseconds. */
  readonly giveUpAfterMs: number;
  readonly backoff?: BackoffOptions;
  /** Ends the repeats. */
  readonly signal?: AbortSignal;
}

/**
 * Refusals that may be one item's fault. The server admits all of a call or nothing, so one bad job would take its
 * neighbours, which other callers submitted, down with it.
 */
const itemsFault: ReadonlySet<Reason> = new Set<Reason>([
  "INVALID_ARGUMENT",
  "MALFORMED_ID",
  "PAYLOAD_TOO_LARGE",
  "DEPENDENCY_CYCLE",
  "DEPENDENCY_NOT_FOUND",
  "JOB_NOT_FOUND",
  "ALREADY_EXISTS",
  "REQUEST_ID_REUSED",
  "WRONG_STATE",
  "PRECONDITION_FAILED",
  "QUOTA_EXCEEDED",
]);

/**
 * Sends a batch under one request id and repeats it unchanged while that may help, then settles every submit. A refused
 * batch of several is halved until the refusal hits only those who earned it; nothing of it was admitted, so the halves
 * are new calls with request ids of their own.
 */
export async function sendBatch(deps: SendBatchDeps, batch: readonly WaitingSubmit[]): Promise<void> {
  const request = { namespace: deps.namespace, requestId: uuidV7(), items: batch.map(({ item }) => item) };
  try {
    const call = () => deps.jobs.submitJobs(request, { timeoutMs: deps.timeoutMs });
    const { jobs } = await retrying(() => withCallers(batch, ({ caller }) => caller, call), {
      giveUpAfterMs: deps.giveUpAfterMs,
      retryable: (error) => isSafelyRepeated(error, deps.signal),
      ...(deps.backoff === undefined ? {} : { backoff: deps.backoff }),
      ...(deps.signal === undefined ? {} : { signal: deps.signal }),
    });
    if (jobs.length !== batch.length) throw brokenContract(`${batch.length} items were answered with ${jobs.length}`);
    for (let i = 0; i < batch.length; i++) (batch[i] as WaitingSubmit).resolve(jobs[i] as (typeof jobs)[number]);
  } catch (error) {
    const refusal = fromConnectError(deps.signal?.aborted ? deps.signal.reason : error);
    if (batch.length === 1 || !itemsFault.has(refusal.reason)) {
      for (const submit of batch) submit.reject(refusal);
      return;
    }
    const middle = Math.ceil(batch.length / 2);
    await sendBatch(deps, batch.slice(0, middle));
    await sendBatch(deps, batch.slice(middle));
  }
}
