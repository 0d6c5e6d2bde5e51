import type { LiveAttempt, Revoked, RunnerPresence } from "../core/model.js";
import type { Profile } from "../core/profile.js";
import { stopWaiting } from "../core/dispatch.js";
import type { Waiter } from "../core/waiter.js";

/** What a session's answer carries. */
export interface Delivery {
  readonly number: number;
  readonly attempts: readonly LiveAttempt[];
  readonly revocations: readonly Revoked[];
}

/**
 * A gateway's lifetime, as the shard's owner sees it: the demand of its runners, and what was granted and not yet received.
 *
 * An answer is kept until a later request names it as received; until then the next answer carries it again, so a lost answer costs a round and
 * never a lease.
 */
export class GatewaySession {
  readonly demands = new Map<string, Demand>();
  /** When the gateway last called, ms. */
  lastSeen = 0;
  /** The last request that stated all demand. */
  fullRevision = 0n;
  #delivery = 0;
  /** What was new in each delivery, of those that brought something new and have not been received. */
  #unreceived: Delivery[] = [];
  #attempts: LiveAttempt[] = [];
  #revocations: Revoked[] = [];
  #wake: (() => void) | undefined;

  /** The gateway has received everything up to this delivery. */
  received(delivery: number): void {
    if (this.#unreceived.length === 0) return;
    this.#unreceived = this.#unreceived.filter(({ number }) => number > delivery);
  }

  /** Whether there is something to tell. */
  get hasNews(): boolean {
    return this.#unreceived.length > 0 || this.#attempts.length > 0 || this.#revocations.length > 0;
  }

  /**
   * Everything that has not been received, what an earlier delivery brought among it: when that is named as received later, it must not come again, since the
   * gateway would count it twice. Some of the attempts may be over by now: the gateway must count them, or it would wait for them.
   */
  take(): Delivery {
    const number = ++this.#delivery;
    if (this.#attempts.length > 0 || this.#revocations.length > 0)
      this.#unreceived.push({ number, attempts: this.#attempts, revocations: this.#revocations });
    this.#attempts = [];
    this.#revocations = [];
    return {
      number,
      attempts: this.#unreceived.flatMap(({ attempts }) => attempts),
      revocations: this.#unreceived.flatMap(({ revocations }) => revocations),
    };
  }

  /** Calls back once when there is news, or when a newer call takes over. */
  hold(wake: () => void): void {
    this.#wake?.();
    this.#wake = wake;
  }

  /** Ends the held call, if `wake` is the one that holds it. */
  unhold(wake: () => void): void {
    if (this.#wake === wake) this.#wake = undefined;
  }

  /** Adds a lease for the gateway. */
  deliver(attempt: LiveAttempt): void {
    this.#attempts.push(attempt);
    this.#news();
  }

  /** Adds a revocation for the gateway. */
  revoke(revocation: Revoked): void {
    this.#revocations.push(revocation);
    this.#news();
  }

  /** Takes all demand back. */
  end(): void {
    for (const demand of this.demands.values()) demand.end();
    this.demands.clear();
    this.#news();
  }

  #news(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }
}

/** How much work one runner of a session can take: cumulative credit against what was granted. */
export class Demand implements Waiter {
  readonly startAtClaim = false;
  readonly claimInfo = undefined;
  readonly notify: (revocation: Revoked) => void;
  leaseMs: number | undefined;
  waitingSince = 0;
  credit = 0;
  /** The request that stated it. */
  revision = 0n;
  profile: Profile;
  #granted = 0;

  constructor(
    readonly session: GatewaySession,
    readonly runner: RunnerPresence,
    profile: Profile,
  ) {
    this.profile = profile;
    profile.users++;
    this.notify = (revocation) => session.revoke(revocation);
  }

  wants(): number {
    return this.credit - this.#granted;
  }

  reserve(): void {
    this.#granted++;
  }

  deliver(attempt: LiveAttempt): void {
    this.session.deliver(attempt);
  }

  /** The runner can do something else now. */
  changeProfile(profile: Profile): void {
    if (profile === this.profile) return;
    stopWaiting(this);
    this.profile.users--;
    this.profile = profile;
    profile.users++;
  }

  /** The demand is over. */
  end(): void {
    this.credit = this.#granted;
    stopWaiting(this);
    this.profile.users--;
  }
}
