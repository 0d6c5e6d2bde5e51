import { stopWaiting } from "../core/dispatch.js";
import type { Profile } from "../core/profile.js";
import type { LiveAttempt, RunnerPresence } from "../core/model.js";
import type { Waiter } from "../core/waiter.js";

/** What a single claim may add. */
export interface SingleClaimOptions {
  readonly max: number;
  readonly leaseMs: number | undefined;
  readonly claimInfo: Uint8Array | undefined;
  readonly startAtClaim: boolean;
}

/** One call that asks for leases, waiting or not. */
export class SingleClaim implements Waiter {
  readonly leaseMs: number | undefined;
  readonly claimInfo: Uint8Array | undefined;
  readonly startAtClaim: boolean;
  readonly notify = undefined;
  readonly attempts: LiveAttempt[] = [];
  waitingSince = 0;
  #wanted: number;
  #reserved = 0;
  #wake: (() => void) | undefined;

  constructor(
    readonly runner: RunnerPresence,
    public profile: Profile,
    options: SingleClaimOptions,
  ) {
    profile.users++;
    this.#wanted = options.max;
    this.leaseMs = options.leaseMs;
    this.claimInfo = options.claimInfo;
    this.startAtClaim = options.startAtClaim;
  }

  wants(): number {
    return this.#wanted - this.#reserved;
  }

  reserve(): void {
    this.#reserved++;
  }

  deliver(attempt: LiveAttempt): void {
    this.attempts.push(attempt);
    // The first leases end the wait; whatever is reserved already still comes.
    this.#wanted = this.#reserved;
    this.#check();
  }

  /** Leases that are reserved and not durable yet. */
  get underWay(): number {
    return this.#reserved - this.attempts.length;
  }

  /** Calls back once when nothing more is to be waited for. */
  whenServed(wake: () => void): void {
    this.#wake = wake;
    this.#check();
  }

  /** Wants nothing more; what is reserved still comes. */
  giveUp(): void {
    this.#wanted = this.#reserved;
    stopWaiting(this);
  }

  /** The call is over. */
  end(): void {
    this.giveUp();
    this.profile.users--;
  }

  #check(): void {
    if (this.attempts.length === 0 || this.underWay > 0) return;
    this.#wake?.();
    this.#wake = undefined;
  }
}
