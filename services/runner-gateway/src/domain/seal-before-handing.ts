import { type Clock, systemClock, type Timer } from "@switchyard/clock";
import type { Lease } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import type { Seals } from "./seals.js";

/** Settles with whether a lease may be handed to its runner. */
export type SealBeforeHanding = (lease: Lease) => Promise<boolean>;

/**
 * Makes the check that stands before every lease: once a runner may write for attempt n, nothing may be written for older
 * attempts any more, so their streams are sealed first, durably. First attempts have nothing to seal and pass at once.
 *
 * @param waitMs how long the log store may take; after that the answer is no, and the job goes back to the queue
 */
export function createSealBeforeHanding(
  seals: Pick<Seals, "sealBefore">,
  onError: (error: unknown) => void,
  waitMs: number,
  clock: Clock = systemClock,
): SealBeforeHanding {
  return async ({ namespace, jobId, attempt }) => {
    if (attempt <= 1) return true;
    let timer: Timer | undefined;
    const late = new Promise<boolean>((resolve) => {
      timer = clock.setTimeout(() => resolve(false), waitMs);
    });
    const sealed = seals.sealBefore(namespace, jobId, attempt).then(
      () => true,
      (error: unknown) => {
        onError(error);
        return false;
      },
    );
    const result = await Promise.race([sealed, late]);
    clock.clearTimeout(timer);
    return result;
  };
}
