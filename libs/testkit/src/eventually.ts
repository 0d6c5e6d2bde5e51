import { setTimeout as sleep } from "node:timers/promises";

/** How long and how often {@link eventually} tries. */
export interface EventuallyOptions {
  /** Default 20 000 ms: a machine that does much else may stand still for seconds. */
  readonly timeoutMs?: number;
  /** Wait between two tries. Default 20 ms. */
  readonly intervalMs?: number;
}

/**
 * Repeats an assertion until it passes and returns what it returned; after the deadline throws what it threw last. It is tried at
 * least once. For states that nobody announces; where a component can announce, await a signal instead.
 */
export async function eventually<T>(assertion: () => T | Promise<T>, options: EventuallyOptions = {}): Promise<T> {
  const { timeoutMs = 20_000, intervalMs = 20 } = options;
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    try {
      return await assertion();
    } catch (error) {
      if (performance.now() >= deadline) throw error;
    }
    await sleep(intervalMs);
  }
}
