import { systemClock } from "@switchyard/clock";
import { fromConnectError, isRetryable, reasonOf, SwitchyardError } from "@switchyard/errors";
import { type BackoffOptions, createBackoff } from "./backoff.js";

/** How a call is repeated. */
export interface RetryingOptions {
  /** Ends the repeats; the promise rejects with its reason. */
  readonly signal?: AbortSignal;
  readonly backoff?: BackoffOptions;
  /** No repeat begins later than this after the first try, in milliseconds. Default: none. */
  readonly giveUpAfterMs?: number;
  /** Which errors are repeated. Default: those that the catalogue calls retryable. */
  readonly retryable?: (error: unknown) => boolean;
}

/**
 * Makes a call and repeats it after errors that may pass. The server's own retry delay is the least wait.
 *
 * @throws SwitchyardError the first error that no repeat can mend, or the last one when time is up
 */
export async function retrying<T>(call: () => Promise<T>, options: RetryingOptions = {}): Promise<T> {
  const { signal, giveUpAfterMs = Number.POSITIVE_INFINITY } = options;
  const retryable = options.retryable ?? ((error) => isRetryable(error, signal));
  const { clock = systemClock } = options.backoff ?? {};
  const backoff = createBackoff(options.backoff);
  const giveUpAt = clock.monotonicMs() + giveUpAfterMs;
  for (;;) {
    signal?.throwIfAborted();
    try {
      return await call();
    } catch (error) {
      signal?.throwIfAborted();
      const known = fromConnectError(error);
      if (!retryable(error) || clock.monotonicMs() >= giveUpAt) throw known;
      await backoff.wait(signal, known.retryAfterMs);
    }
  }
}

/**
 * Whether a call that is safe to repeat (it has a request id, an expected sequence, or names a fenced attempt) is worth
 * repeating: beside the retryable errors also a passed deadline, whose effect is unknown.
 */
export function isSafelyRepeated(error: unknown, signal?: AbortSignal): boolean {
  if (signal?.aborted) return false;
  return isRetryable(error, signal) || reasonOf(error) === "DEADLINE_EXCEEDED";
}

/** What callers get instead of an answer that breaks the contract. */
export function brokenContract(message: string): SwitchyardError {
  return new SwitchyardError("INTERNAL", message);
}
