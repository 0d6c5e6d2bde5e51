import { intArrayLiteral } from "@switchyard/postgres";
import type { LiveAttempt } from "../domain/core/model.js";

/** Columns of a new lease, in the order of {@link leaseValues}. */
export const leaseColumns =
  "ns, serial, attempt, runner, claimed_ms, started_ms, lease_ms, hold_by_runner, presence_ms, execution_deadline_ms, claim_info";

/** One array per column. */
export function leaseValues(attempts: readonly LiveAttempt[]): unknown[] {
  return [
    intArrayLiteral(attempts.map(({ job }) => job.space.id)),
    intArrayLiteral(attempts.map(({ job }) => job.serial)),
    intArrayLiteral(attempts.map(({ number }) => number)),
    attempts.map(({ runner }) => runner.id),
    intArrayLiteral(attempts.map(({ claimedAt }) => Math.floor(claimedAt))),
    intArrayLiteral(attempts.map(({ startedAt }) => Math.floor(startedAt))),
    intArrayLiteral(attempts.map(({ leaseMs }) => Math.floor(leaseMs))),
    attempts.map(({ holdByRunner }) => holdByRunner),
    intArrayLiteral(attempts.map(({ runner }) => Math.floor(runner.presenceMs))),
    intArrayLiteral(attempts.map(({ executionDeadline }) => Math.floor(executionDeadline))),
    attempts.map(({ claimInfo }) => (claimInfo ? Buffer.from(claimInfo) : null)),
  ];
}
