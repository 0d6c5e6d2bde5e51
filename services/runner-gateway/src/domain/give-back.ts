import { create } from "@bufbuild/protobuf";
import { type Lease, Outcome_Kind, OutcomeSchema } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { durationFromMs } from "./durations.js";
import type { ReportInit, Reports } from "./reports.js";

/** Ends leases that no runner got to see. */
export interface GiveBack {
  /** Queues the jobs again, nothing counted. @param delayMs not before this time */
  release(leases: readonly Lease[], why: string, delayMs?: number): void;
  /** Confirms a cancel in place of a runner that never began. */
  cancel(leases: readonly Pick<Lease, "namespace" | "runnerId" | "jobId" | "attempt">[]): void;
  /** Settles when all of that has been reported, or has failed. */
  idle(): Promise<void>;
}

/**
 * Creates the returner. It reports in the runner's name and once only: when the scheduler cannot be reached, the lease's own
 * end, or the runner's next full statement, does the same later.
 */
export function createGiveBack(reports: Pick<Reports, "report">, onError: (error: unknown) => void): GiveBack {
  const underWay = new Set<Promise<unknown>>();

  function send(items: readonly ReportInit[]): void {
    if (items.length === 0) return;
    const sending: Promise<unknown> = reports
      .report(items)
      .catch(onError)
      .finally(() => underWay.delete(sending));
    underWay.add(sending);
  }

  return {
    release(leases, why, delayMs) {
      const outcome = create(OutcomeSchema, {
        kind: Outcome_Kind.RELEASED,
        message: why,
        ...(delayMs === undefined ? {} : { retryDelay: durationFromMs(delayMs) }),
      });
      send(leases.map((lease) => reportOf(lease, outcome)));
    },
    cancel(leases) {
      const outcome = create(OutcomeSchema, { kind: Outcome_Kind.CANCELLED, message: "cancelled before it began" });
      send(leases.map((lease) => reportOf(lease, outcome)));
    },
    async idle() {
      while (underWay.size > 0) await Promise.all(underWay);
    },
  };
}

function reportOf(
  { namespace, runnerId, jobId, attempt }: Pick<Lease, "namespace" | "runnerId" | "jobId" | "attempt">,
  outcome: ReturnType<typeof create<typeof OutcomeSchema>>,
): ReportInit {
  return {
    namespace,
    runnerId,
    attempt: { jobId, by: { case: "attempt", value: attempt } },
    report: { case: "outcome", value: outcome },
  };
}
