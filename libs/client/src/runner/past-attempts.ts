/** How an attempt ended here: its outcome was taken, or it was given up. */
export type PastEnd = "reported" | "given-up";

/** Remembers for a while how attempts ended. */
export interface PastAttempts {
  add(key: string, end: PastEnd): void;
  find(key: string): PastEnd | undefined;
}

/** An answer that was made before an attempt's end can arrive this long after it, in milliseconds: longer than a call lives. */
const pastMs = 60_000;
/** So many are remembered at most: seconds of the fastest runner, which no answer is under way for. */
const mostPast = 100_000;

/**
 * Makes an empty memory. It forgets by halves: when the younger half is full or old enough, it becomes the elder one, and what was the elder
 * one is dropped as a whole. So an entry is remembered for one to two times `pastMs`, or for the last 50,000 to 100,000 entries,
 * without a record of its age.
 *
 * @param now a monotonic clock in milliseconds
 */
export function createPastAttempts(now: () => number): PastAttempts {
  let elder = new Map<string, PastEnd>();
  let younger = new Map<string, PastEnd>();
  let begunAt = now();
  return {
    add(key, end) {
      if (younger.size >= mostPast / 2 || now() - begunAt >= pastMs) {
        elder = younger;
        younger = new Map();
        begunAt = now();
      }
      younger.set(key, end);
    },
    find: (key) => younger.get(key) ?? elder.get(key),
  };
}
