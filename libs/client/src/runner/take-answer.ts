import { durationMs, timestampMs } from "@bufbuild/protobuf/wkt";
import type { SyncRunnerResponse } from "@switchyard/proto/switchyard/runner/v1/runner_service_pb";
import type { Lease } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { type Attempt, attemptKey, createAttempt } from "./attempt.js";
import type { LeaseTable } from "./lease-table.js";
import { stopReasonOf } from "./stop-reason.js";

/** An attempt that was handed to this runner. */
export interface Granted {
  readonly attempt: Attempt;
  /** What the work needs to know; it is let go when that has ended. */
  readonly lease: Lease;
}

/** What an answer asks for. */
export interface AnswerEffects {
  /** Leases that are new here. */
  readonly taken: readonly Granted[];
  /** Leases of attempts that were given up here and that the scheduler hands out again: they are to be given back. */
  readonly regranted: readonly Attempt[];
  /** Something was said that was not known. */
  readonly news: boolean;
}

/**
 * Takes an answer into the table: extends what the call named, stops what is to stop, and adds new leases. All times count
 * from before the call was sent. What is stated again changes nothing.
 */
export function takeAnswer(
  table: LeaseTable,
  response: SyncRunnerResponse,
  sentAt: number,
  named: readonly Attempt[],
): AnswerEffects {
  const ttlMs = response.timeToLive === undefined ? 0 : durationMs(response.timeToLive);
  for (const attempt of named) attempt.renew(sentAt, ttlMs);
  // Presence is renewed by every call, and with it what hangs on it.
  for (const attempt of table.heldByPresence) attempt.renew(sentAt, ttlMs);

  let news = false;
  for (const { jobId, attempt: number, reason } of response.stops) {
    const attempt = table.find(attemptKey(jobId, number));
    if (attempt === undefined || attempt.over) continue;
    const why = stopReasonOf(reason);
    if (why === "CANCEL_REQUESTED") {
      news ||= attempt.stopped === undefined;
      attempt.stop(why);
    } else {
      news = true;
      attempt.lose(why);
    }
  }

  const newestBefore = table.newestClaim;
  const taken: Granted[] = [];
  const regranted: Attempt[] = [];
  for (const lease of response.leases) {
    const claimedAt = lease.claimTime === undefined ? undefined : timestampMs(lease.claimTime);
    const leaseMs = lease.timeToLive === undefined ? ttlMs : durationMs(lease.timeToLive);
    const attempt = createAttempt(lease, sentAt, leaseMs);
    // Counted in whole milliseconds: a time that was stored in between may have been rounded.
    if (claimedAt !== undefined && claimedAt >= newestBefore + 1) {
      table.newestClaim = Math.max(table.newestClaim, claimedAt);
    } else {
      if (table.find(attempt.key) !== undefined) continue;
      const past = table.past(attempt.key);
      if (past === "reported") continue;
      if (past === "given-up") {
        regranted.push(attempt);
        continue;
      }
    }
    taken.push({ attempt, lease });
  }
  return { taken, regranted, news: news || taken.length > 0 || regranted.length > 0 };
}
