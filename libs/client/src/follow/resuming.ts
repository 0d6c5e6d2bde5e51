import { fromConnectError, isRetryable } from "@switchyard/errors";
import { createBackoff } from "../retry/backoff.js";

/** One life of a stream that is opened again when it breaks. */
export interface StreamLife {
  /** Something arrived: the next break is a first one. */
  alive(): void;
}

/**
 * Reads a stream and opens it again after errors that may pass, until it ends by itself. `open` is told nothing about where
 * it stood: it keeps its own place, so that a resumed stream neither loses nor repeats.
 *
 * @throws SwitchyardError what no repeat can mend; or the signal's reason
 */
export async function* resuming<T>(
  open: (life: StreamLife) => AsyncIterable<T>,
  signal: AbortSignal | undefined,
): AsyncGenerator<T> {
  const backoff = createBackoff();
  for (;;) {
    signal?.throwIfAborted();
    try {
      yield* open({ alive: () => backoff.reset() });
      return;
    } catch (error) {
      signal?.throwIfAborted();
      if (!isRetryable(error, signal)) throw fromConnectError(error);
    }
    await backoff.wait(signal);
  }
}
