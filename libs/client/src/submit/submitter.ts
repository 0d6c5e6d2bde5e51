import type { Client } from "@connectrpc/connect";
import type { JobService, SubmittedJob } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import { presentSpan, presentTraceparent } from "@switchyard/tracing";
import type { BackoffOptions } from "../retry/backoff.js";
import { sendBatch } from "./send-batch.js";
import { estimateItemBytes, type JobSpecInit, type SubmitOptions, type WaitingSubmit } from "./submit-item.js";
import { createSubmitLane, type SubmitLane } from "./submit-lane.js";

/** How submits are gathered and repeated. */
export interface SubmitterOptions {
  /** Jobs in one call at most. Default 1,000, which is also the server's limit. */
  readonly maxItems?: number;
  /** Bytes in one call at most, about. Default 1 MiB. */
  readonly maxBytes?: number;
  /** Deadline of one try, in milliseconds. Default 30,000. */
  readonly timeoutMs?: number;
  /** No repeat begins later than this after the first try, in milliseconds. Default 60,000. */
  readonly giveUpAfterMs?: number;
  /** Default: waits of at most a second. One call of a namespace is repeated for all that wait behind it, so that is no load. */
  readonly backoff?: BackoffOptions;
  /** Ends all repeats. */
  readonly signal?: AbortSignal;
}

/** Gathers single submits into calls. */
export interface Submitter {
  /**
   * Submits one job.
   *
   * @throws SwitchyardError what the server refused it with
   */
  submit(namespace: string, spec: JobSpecInit, options?: SubmitOptions): Promise<SubmittedJob>;
}

/** Makes a submitter with a lane for each namespace that is in use. */
export function createSubmitter(jobs: Client<typeof JobService>, options: SubmitterOptions = {}): Submitter {
  const { maxItems = 1_000, maxBytes = 1024 * 1024, timeoutMs = 30_000, giveUpAfterMs = 60_000 } = options;
  const lanes = new Map<string, SubmitLane>();

  const laneOf = (namespace: string): SubmitLane => {
    const known = lanes.get(namespace);
    if (known !== undefined) return known;
    if (lanes.size > 1_000) for (const [name, lane] of lanes) if (lane.idle) lanes.delete(name);
    const deps = {
      jobs,
      namespace,
      timeoutMs,
      giveUpAfterMs,
      backoff: options.backoff ?? { maxMs: 1_000 },
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    };
    const lane = createSubmitLane({ maxItems, maxBytes }, (batch) => sendBatch(deps, batch));
    lanes.set(namespace, lane);
    return lane;
  };

  return {
    submit(namespace, spec, options) {
      return new Promise<SubmittedJob>((resolve, reject) => {
        const signal = options?.signal;
        signal?.throwIfAborted();
        const submit: WaitingSubmit = {
          item: itemOf(spec, options),
          bytes: estimateItemBytes(spec),
          caller: presentSpan(),
          abandoned: false,
          resolve,
          reject,
        };
        if (signal !== undefined) giveUpWith(signal, submit);
        laneOf(namespace).add(submit);
      });
    },
  };
}

function itemOf(wish: JobSpecInit, { idempotencyKey, fingerprint }: SubmitOptions = {}): WaitingSubmit["item"] {
  const spec = inPresentTrace(wish);
  if (idempotencyKey === undefined && fingerprint === undefined) return { spec };
  return {
    spec,
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
    ...(fingerprint === undefined ? {} : { fingerprint }),
  };
}

/** Submits of several traces share a call, so each job names its own. */
function inPresentTrace(spec: JobSpecInit): JobSpecInit {
  const traceParent = spec.traceParent ? "" : presentTraceparent();
  return traceParent === "" ? spec : ({ ...spec, traceParent } as JobSpecInit);
}

/** Lets a signal end the wait for a submit, until that is settled. */
function giveUpWith(signal: AbortSignal, submit: WaitingSubmit): void {
  const { resolve, reject } = submit;
  const giveUp = () => {
    submit.abandoned = true;
    reject(signal.reason);
  };
  signal.addEventListener("abort", giveUp, { once: true });
  submit.resolve = (job) => {
    signal.removeEventListener("abort", giveUp);
    resolve(job);
  };
  submit.reject = (error) => {
    signal.removeEventListener("abort", giveUp);
    reject(error);
  };
}
