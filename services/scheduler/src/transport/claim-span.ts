import type { Lease } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { startSpanBelow } from "@switchyard/tracing";
import type { LiveAttempt } from "../domain/core/model.js";

/**
 * Notes in the job's trace that an attempt was claimed: a span from the decision until the lease leaves for its holder. How long the job had waited before
 * stands in `switchyard.wait_ms`. Returns the lease.
 */
export function withClaimSpan(lease: Lease, { claimedAt, job }: LiveAttempt): Lease {
  startSpanBelow(
    lease.traceParent,
    `claim ${lease.kind}`,
    () => ({
      "switchyard.namespace": lease.namespace,
      "switchyard.job.id": lease.jobId,
      "switchyard.attempt": lease.attempt,
      "switchyard.runner.id": lease.runnerId,
      "switchyard.queue": lease.queue,
      "switchyard.wait_ms": Math.max(0, Math.round(claimedAt - job.createdMicros / 1_000)),
    }),
    claimedAt,
  )?.end();
  return lease;
}
