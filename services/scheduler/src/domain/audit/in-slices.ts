import type { Clock } from "@switchyard/clock";

/** Longest that work goes on before everybody else has a turn, ms. */
const sliceMs = 2;

/** Steps between two looks at the clock. */
const stepsPerLook = 32;

/**
 * Does long work in slices of about two milliseconds. Each `yield` of the work is a place where it may rest, so a step between two of them should be short.
 *
 * @param mayGoOn called after each rest; what it throws ends the work
 */
export async function inSlices<Result>(
  clock: Clock,
  work: Generator<undefined, Result, undefined>,
  mayGoOn: () => void,
): Promise<Result> {
  for (;;) {
    const until = clock.monotonicMs() + sliceMs;
    do {
      for (let i = 0; i < stepsPerLook; i++) {
        const step = work.next();
        if (step.done) return step.value;
      }
    } while (clock.monotonicMs() < until);
    await new Promise<void>((resolve) => clock.setImmediate(resolve));
    try {
      mayGoOn();
    } catch (error) {
      // Lets it clear up; it ends with this error.
      work.throw(error);
    }
  }
}
