import { admitted } from "./admit.js";
import { attemptCommitted } from "./claim.js";
import type { CoreState } from "./core-state.js";
import { ended } from "./end.js";
import type { Revoked } from "./model.js";
import type { ReportWrite, Write } from "./writes.js";

/**
 * A write is durable: what it decided becomes visible to other decisions. Returns the writes that follow from that, such as leases for
 * runners that were waiting for the jobs that it admitted or gave back.
 *
 * Why effects become visible only now: the lanes commit independently of each other, so a decision that built on an
 * uncommitted one could become durable without it, and a crash in between would leave a seat taken twice or a job lost. What may not be
 * used by others (a job that is being claimed) is reserved when it is decided; what others may use (a free slot, a new job)
 * is released when it is durable.
 */
export function committed(state: CoreState, now: number, write: Write): Write[] {
  switch (write.lane) {
    case "submit":
      return admitted(state, now, write);
    case "claim":
      for (const attempt of write.attempts) attemptCommitted(state, now, attempt);
      return [];
    case "report":
      for (const attempt of [...write.starts, ...write.cancelRequests])
        if (attempt.marking === write) attempt.marking = undefined;
      tellCancelRequests(now, write);
      return ended(state, now, write);
  }
}

function tellCancelRequests(now: number, write: ReportWrite): void {
  for (const attempt of write.cancelRequests) {
    const { job, number, runner, notify } = attempt;
    const { space, serial, reopen } = job;
    const revoked: Revoked = {
      space,
      runnerId: runner.id,
      serial,
      reopen,
      attempt: number,
      reason: "CANCEL_REQUESTED",
      at: now,
    };
    notify?.(revoked);
  }
}
