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
 * Makes an empty memory. It forgets by halves: when the younger half is full or old enough, it becomes the elder one, and what was
 * the elder one is dropped as a whole. So an entry is remembered for one to two times `pastMs`, or for the last 50,000 to 100,000
 * entries, without a record of its age.
 *
 * @param now a monotonic clock in milliseconds
 */
export function createPastAttempts(now: () => number): PastAttempts {
  let elder = new Half();
  let younger = new Half();
  let begunAt = now();
  return {
    add(key, end) {
      if (younger.size >= mostPast / 2 || now() - begunAt >= pastMs) {
        elder = younger;
        younger = new Half();
        begunAt = now();
      }
      younger.add(key, end);
    },
    find: (key) => younger.find(key) ?? elder.find(key),
  };
}

/** Every attempt is added and few are asked for, so additions are put in order only when somebody asks. */
class Half {
  readonly #reported: string[] = [];
  readonly #ends = new Map<string, PastEnd>();
  /** So many of the reported ones are among the ends. */
  #sorted = 0;
  #givenUp = 0;

  get size(): number {
    return this.#reported.length + this.#givenUp;
  }

  add(key: string, end: PastEnd): void {
    if (end === "reported") this.#reported.push(key);
    else {
      this.#givenUp++;
      this.#ends.set(key, end);
    }
  }

  find(key: string): PastEnd | undefined {
    for (; this.#sorted < this.#reported.length; this.#sorted++) {
      this.#ends.set(this.#reported[this.#sorted] as string, "reported");
    }
    return this.#ends.get(key);
  }
}
