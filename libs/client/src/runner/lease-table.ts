import { AgedMap } from "@switchyard/collections";
import type { Attempt } from "./attempt.js";

/** The attempts of a runner, and those that it had a short while ago. */
export interface LeaseTable {
  readonly all: readonly Attempt[];
  readonly size: number;
  find(key: string): Attempt | undefined;
  add(attempt: Attempt): void;
  /** Moves an attempt that is done with to the past. */
  remove(attempt: Attempt): void;
  /** How a past attempt ended here: its outcome was taken, or it was given up. */
  past(key: string): "reported" | "given-up" | undefined;
}

/** An answer that was made before an attempt's end can arrive this long after it, in milliseconds: longer than a call lives. */
const pastMs = 60_000;
/** So many are remembered at most: seconds of the fastest runner, which no answer is under way for. */
const mostPast = 100_000;

/** Makes an empty table. */
export function createLeaseTable(now: () => number): LeaseTable {
  const attempts = new Map<string, Attempt>();
  const past = new AgedMap<string, { readonly end: "reported" | "given-up"; readonly at: number }>();
  return {
    get all() {
      return [...attempts.values()];
    },
    get size() {
      return attempts.size;
    },
    find: (key) => attempts.get(key),
    add(attempt) {
      attempts.set(attempt.key, attempt);
    },
    remove(attempt) {
      attempts.delete(attempt.key);
      const removedAt = now();
      past.set(attempt.key, { end: attempt.over ? "given-up" : "reported", at: removedAt });
      const isTooMuch = (at: number) => removedAt - at >= pastMs || past.size > mostPast;
      for (let oldest = past.oldest(); oldest && isTooMuch(oldest[1].at); oldest = past.oldest())
        past.delete(oldest[0]);
    },
    past: (key) => past.get(key)?.end,
  };
}
