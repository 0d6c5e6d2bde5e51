import { withTimeout } from "./with-timeout.js";

/**
 * Something that a component announces and a test awaits. Announcements are kept in order until somebody takes them, so one
 * that comes before `next()` is not missed.
 */
export interface Signal<T> {
  /** Announces a value. Pass it as a callback: `onFlush: signal.emit`. */
  readonly emit: (value: T) => void;
  /** Takes the oldest value not yet taken, or waits for one. Default deadline 10 000 ms, then throws. */
  next(timeoutMs?: number): Promise<T>;
  /** Takes values until one fits; those before it are dropped. */
  nextMatching(fits: (value: T) => boolean, timeoutMs?: number): Promise<T>;
  /** Values announced and not yet taken. */
  readonly waiting: number;
}

/** Creates a signal. The name appears in the error of a wait that was in vain. */
export function createSignal<T = void>(name = "a signal"): Signal<T> {
  const values: T[] = [];
  const takers: ((value: T) => void)[] = [];

  const emit = (value: T): void => {
    const taker = takers.shift();
    if (taker) taker(value);
    else values.push(value);
  };

  async function next(timeoutMs = 10_000): Promise<T> {
    if (values.length > 0) return values.shift() as T;
    let taker: ((value: T) => void) | undefined;
    const announced = new Promise<T>((resolve) => {
      taker = resolve;
      takers.push(resolve);
    });
    try {
      return await withTimeout(announced, timeoutMs, name);
    } catch (error) {
      // A taker that gave up must not swallow the next value.
      const index = takers.indexOf(taker as (value: T) => void);
      if (index >= 0) takers.splice(index, 1);
      throw error;
    }
  }

  async function nextMatching(fits: (value: T) => boolean, timeoutMs = 10_000): Promise<T> {
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      const value = await next(Math.max(0, deadline - performance.now()));
      if (fits(value)) return value;
    }
  }

  return {
    emit,
    next,
    nextMatching,
    get waiting() {
      return values.length;
    },
  };
}
