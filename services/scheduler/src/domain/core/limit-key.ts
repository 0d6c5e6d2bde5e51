import type { Bucket } from "./bucket.js";
import type { LiveAttempt } from "./model.js";

/** What a key is limited to. 0 stands for "no limit". */
export interface LimitSpec {
  /** Jobs that may run at once. */
  readonly seats: number | undefined;
  /** Starts per second that the bucket of tokens refills; undefined is no limit. */
  readonly ratePerSecond: number | undefined;
  /** Tokens that it holds. */
  readonly burst: number;
}

/** No limit at all. */
export const unlimited: LimitSpec = { seats: undefined, ratePerSecond: undefined, burst: 1 };

/**
 * A concurrency or rate key that jobs name: seats held by live attempts, or tokens spent by starts.
 *
 * Seats are reserved when a claim is decided and given back when the end of the attempt is durable, so there are never more holders than seats.
 * Holders are kept also while there is no limit: one that is set later finds them.
 */
export class LimitKey {
  spec: LimitSpec = unlimited;
  readonly holders = new Set<LiveAttempt>();
  /** Buckets of jobs that wait behind this key. */
  readonly buckets = new Set<Bucket>();
  /** Groups that name the key, wherever they wait. */
  groups = 0;
  /** Tokens at {@link tokensAt}; rises with time. */
  tokens = 0;
  tokensAt = 0;
  /** Whether jobs behind it are in order to be claimed; follows {@link isFree} by {@link sync}. */
  open = true;
  /** A timer for the next token is running. */
  refilling = false;

  constructor(
    readonly name: string,
    readonly sort: "concurrency" | "rate",
  ) {}

  /** Whether another job may start now. */
  isFree(now: number): boolean {
    if (this.sort === "concurrency") return this.spec.seats === undefined || this.holders.size < this.spec.seats;
    return this.spec.ratePerSecond === undefined || this.level(now) >= 1;
  }

  /** Tells the buckets whether they may be claimed from. True when that has just become so. */
  sync(now: number): boolean {
    const free = this.isFree(now);
    if (free === this.open) return false;
    this.open = free;
    for (const bucket of this.buckets) bucket.lane.setOpen(bucket, free);
    return free;
  }

  /** Takes a seat or a token. */
  take(now: number, attempt: LiveAttempt): void {
    if (this.sort === "concurrency") {
      this.holders.add(attempt);
    } else if (this.spec.ratePerSecond !== undefined) {
      this.tokens = this.level(now) - 1;
      this.tokensAt = now;
    }
  }

  /** Tokens now. */
  level(now: number): number {
    const { ratePerSecond = 0, burst } = this.spec;
    // A clock that stands or goes back refills nothing.
    const passed = Math.max(0, now - this.tokensAt);
    return Math.min(burst, this.tokens + (passed / 1_000) * ratePerSecond);
  }

  /** When there is a whole token again, ms; undefined when never. */
  freeAt(now: number): number | undefined {
    const { ratePerSecond } = this.spec;
    if (this.sort !== "rate" || !ratePerSecond) return undefined;
    const missing = 1 - this.level(now);
    return missing <= 0 ? now : now + Math.ceil((missing / ratePerSecond) * 1_000);
  }

  /** Another limit holds from now on. A bucket that gets its first rate begins full; else the level stays, within the new size. */
  limitTo(spec: LimitSpec, now: number): void {
    const hadRate = this.spec.ratePerSecond !== undefined;
    const level = this.level(now);
    this.spec = spec;
    this.tokens = hadRate ? Math.min(level, spec.burst) : spec.burst;
    this.tokensAt = now;
  }
}
