import { admitted } from "./admit.js";
import { amended } from "./amend.js";
import { attemptCommitted } from "./claim.js";
import type { CoreState } from "./core-state.js";
import { deleted } from "./delete.js";
import { createEffects, type Effects, writesOf } from "./effects.js";
import { ended } from "./ended.js";
import { released, waitInLine } from "./wait.js";
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
  const effects = createEffects();
  switch (write.lane) {
    case "submit":
      admitted(state, now, write, effects);
      break;
    case "claim":
      for (const attempt of write.attempts) attemptCommitted(state, now, attempt);
      break;
    case "report":
      reported(state, now, write, effects);
      break;
  }
  return writesOf(effects, now);
}

function reported(state: CoreState, now: number, write: ReportWrite, effects: Effects): void {
  for (const attempt of write.starts) {
    if (attempt.marking === write) attempt.marking = undefined;
    if (attempt.job.live === attempt) attempt.job.space.stand(attempt.job, "started");
  }
  for (const attempt of write.cancelRequests) {
    if (attempt.marking === write) attempt.marking = undefined;
    if (attempt.cancelRequested) attempt.cancelRequested.isDurable = true;
  }
  tellCancelRequests(now, write);
  ended(state, now, write.ends, effects);
  amended(state, now, write.amends, effects);
  released(state, now, write.releases, effects);
  for (const job of write.reopens) {
    job.space.endWatches.gone(job.serial);
    job.pending = undefined;
    waitInLine(state, now, job, effects);
  }
  deleted(state, now, write.deletes, effects);
}

function tellCancelRequests(now: number, write: ReportWrite): void {
  for (const attempt of write.cancelRequests) {
    const { job, number, runner, notify } = attempt;
    const { space, serial } = job;
    const about = { space, runnerId: runner.id, serial, attempt: number };
    notify?.({ ...about, reason: "CANCEL_REQUESTED", at: now });
  }
}
