import type { Profile } from "./profile.js";
import type { LiveAttempt, Revoked, RunnerPresence } from "./model.js";

/** Somebody who takes leases: a gateway's session for one of its runners, or a single call. */
export interface Waiter {
  readonly runner: RunnerPresence;
  profile: Profile;
  /** Since when it waits, ms. */
  waitingSince: number;
  /** Leases that it still wants; below 1 it is passed over and forgotten. */
  wants(): number;
  /** A lease is reserved for it; its write is on the way. */
  reserve(): void;
  /** The lease is durable and held. */
  deliver(attempt: LiveAttempt): void;
  /** Length of its leases in ms; undefined is the job's own. */
  readonly leaseMs: number | undefined;
  readonly claimInfo: Uint8Array | undefined;
  /** The claim counts as the start. */
  readonly startAtClaim: boolean;
  /** Told about revocations of what it was given. */
  readonly notify: ((revocation: Revoked) => void) | undefined;
}
