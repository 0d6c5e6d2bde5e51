import { readClaimInfo } from "../runs/claim-info.js";
import type { Run } from "../runs/find-run.js";
import { lifeSignsOf } from "../runs/life-signs.js";
import { isoText, isoTextOfMs } from "../times.js";

/** Pings in a row that may fail before a run counts as dead, as upstream reports it; leases decide here, not this number. */
const maxFailures = 3;

/** The state of an active run as the watchdog last found it. One that was never asked is running, as far as is known. */
export function healthStatus({ job, attempt }: Run): object {
  const signs = lifeSignsOf(attempt);
  return {
    log_id: attempt.id,
    worker_name: readClaimInfo(attempt.claimInfo, attempt.runnerId).worker,
    start_time: attempt.claimTime === undefined ? null : isoText(attempt.claimTime),
    estimated_duration: job.spec?.order?.weight ?? 0,
    failure_count: signs.failures,
    max_failures: maxFailures,
    alive: signs.finding === null || signs.finding === "healthy" || signs.failures < maxFailures,
    status: signs.finding ?? "running",
    last_ping: signs.askedMs === null ? null : isoTextOfMs(signs.askedMs),
  };
}
