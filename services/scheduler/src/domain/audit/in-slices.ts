import { setImmediate } from "node:timers/promises";

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
  work: Generator<undefined, Result, undefined>,
  mayGoOn: () => void,
): Promise<Result> {
  for (;;) {
    const until = performance.now() + sliceMs;
    do {
      for (let i = 0; i < stepsPerLook; i++) {
        const step = work.next();
        if (step.done) return step.value;
      }
    } while (performance.now() < until);
    await setImmediate();
    try {
      mayGoOn();
    } catch (error) {
      // Lets it clear up; it ends with this error.
      work.throw(error);
    }
  }
}
