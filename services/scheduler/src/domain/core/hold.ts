import type { CoreState } from "./core-state.js";
import { endAttempt } from "./end.js";
import type { LiveAttempt, RunnerPresence } from "./model.js";
import type { Namespace } from "./namespace.js";
import type { Write } from "./writes.js";

/** Renews a lease; its length stays unless another one is named. Leases never become shorter than they are. */
export function renewLease(now: number, attempt: LiveAttempt, leaseMs = attempt.leaseMs): void {
  attempt.leaseUntil = Math.max(attempt.leaseUntil, now + leaseMs);
  if (attempt.leaseUntil - attempt.storedUntil >= leaseMs / 3) attempt.job.space.renewed.add(attempt);
}

/** The renewals to store: what has moved by a third of a lease since it was last stored. */
export function takeRenewals(space: Namespace): LiveAttempt[] {
  if (space.renewed.size === 0) return [];
  const live = [...space.renewed].filter((attempt) => attempt.job.live === attempt && !attempt.job.pending);
  space.renewed.clear();
  for (const attempt of live) attempt.storedUntil = attempt.leaseUntil;
  return live;
}

/** Ends a runner's presence and gives back all that it holds, uncounted. Attempts with a write on the way are waited for. */
export function leave(
  state: CoreState,
  runner: RunnerPresence,
  now: number,
): { readonly writes: Write[]; readonly waitFor: Write[] } {
  if (runner.presentUntil > 0) state.onPresence(runner, false, now);
  runner.presentUntil = 0;
  const writes: Write[] = [];
  const waitFor: Write[] = [];
  for (const attempt of runner.held) {
    if (attempt.job.pending) waitFor.push(attempt.job.pending);
    else writes.push(release(now, attempt));
  }
  return { writes, waitFor };
}

function release(now: number, attempt: LiveAttempt): Write {
  const { cancelRequested } = attempt;
  if (!cancelRequested) return endAttempt(now, attempt, { state: "RELEASED", endedBy: "leave" });
  const { actor, message } = cancelRequested;
  const final = { state: "CANCELLED", reason: "CANCELLED", actor, message } as const;
  return endAttempt(now, attempt, { state: "CANCELLED", endedBy: "leave", final });
}
