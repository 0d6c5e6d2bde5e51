import type { Attempt } from "./attempt.js";
import { createPastAttempts, type PastEnd } from "./past-attempts.js";

/** The attempts of a runner, and those that it had a short while ago. Goes over its attempts as they are; they may be removed meanwhile. */
export interface LeaseTable extends Iterable<Attempt> {
  readonly size: number;
  /** Those that live as long as the runner is present. */
  readonly heldByPresence: Iterable<Attempt>;
  /**
   * When the youngest of all attempts that were ever here was claimed, in milliseconds of the scheduler's clock. A lease that
   * was claimed later is new here, without a look at the table or the past. Set by who takes leases in.
   */
  newestClaim: number;
  find(key: string): Attempt | undefined;
  add(attempt: Attempt): void;
  /** Moves an attempt that is done with to the past; false: it is not in the table. */
  remove(attempt: Attempt): boolean;
  /** How a past attempt ended here. */
  past(key: string): PastEnd | undefined;
}

/** Makes an empty table. */
export function createLeaseTable(now: () => number): LeaseTable {
  const attempts = new Map<string, Attempt>();
  const heldByPresence = new Set<Attempt>();
  const past = createPastAttempts(now);
  return {
    [Symbol.iterator]: () => attempts.values(),
    get size() {
      return attempts.size;
    },
    heldByPresence,
    newestClaim: Number.NEGATIVE_INFINITY,
    find: (key) => attempts.get(key),
    add(attempt) {
      attempts.set(attempt.key, attempt);
      if (attempt.isHeldByPresence) heldByPresence.add(attempt);
    },
    remove(attempt) {
      if (attempts.get(attempt.key) !== attempt) return false;
      attempts.delete(attempt.key);
      if (attempt.isHeldByPresence) heldByPresence.delete(attempt);
      past.add(attempt.key, attempt.over ? "given-up" : "reported");
      return true;
    },
    past: past.find,
  };
}
