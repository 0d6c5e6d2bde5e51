import { createBackoff } from "@switchyard/client";
import { KubernetesError } from "./kubernetes-error.js";

/**
 * Makes a call that is safe to repeat, and repeats it for as long as its errors may pass.
 *
 * @throws KubernetesError the first error that no repeat can mend; or the reason of the signal
 */
export async function withRetries<T>(call: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  const backoff = createBackoff({ initialMs: 200, maxMs: 5_000 });
  for (;;) {
    signal?.throwIfAborted();
    try {
      return await call();
    } catch (error) {
      signal?.throwIfAborted();
      if (!(error instanceof KubernetesError) || !error.passing) throw error;
      await backoff.wait(signal);
    }
  }
}
