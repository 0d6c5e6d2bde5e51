import type { Client } from "@connectrpc/connect";
import type { JobService, SubmittedJob } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
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
    const deps = {
      jobs,
      namespace,
      timeoutMs,
      giveUpAfterMs,
      ...(options.backoff === undefined ? {} : { backoff: options.backoff }),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    };
    const lane = createSubmitLane({ maxItems, maxBytes }, (batch) => sendBatch(deps, batch));
    lanes.set(namespace, lane);
    return lane;
  };

  return {
    submit(namespace, spec, { signal, ...item } = {}) {
      return new Promise<SubmittedJob>((resolve, reject) => {
        signal?.throwIfAborted();
        const giveUp = () => {
          submit.abandoned = true;
          reject(signal?.reason);
        };
        const settle = (end: () => void) => {
          signal?.removeEventListener("abort", giveUp);
          if (lanes.size > 1_000) for (const [name, lane] of lanes) if (lane.idle) lanes.delete(name);
          end();
        };
        const submit: WaitingSubmit = {
          item: { spec, ...item },
          bytes: estimateItemBytes(spec),
          abandoned: false,
          resolve: (job) => settle(() => resolve(job)),
          reject: (error) => settle(() => reject(error)),
        };
        signal?.addEventListener("abort", giveUp, { once: true });
        laneOf(namespace).add(submit);
      });
    },
  };
}
