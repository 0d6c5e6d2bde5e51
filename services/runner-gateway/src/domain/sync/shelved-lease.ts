import type { Lease } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { durationToMs } from "../durations.js";
import type { Moment, TimeLeft } from "./time-left.js";

/** An answer that leases went out with; one for all of them. */
export interface HandedAnswer {
  readonly at: "sent";
  readonly channel: number;
  readonly revision: bigint;
  readonly leases: ShelvedLease[];
  /** Leases that are still where it put them. */
  left: number;
}

/**
 * Where a lease stands on its way to the runner:
 *
 * - `sealing`: older attempts' logs are being sealed; it may not be handed out yet
 * - `ready`: it waits for a call of the runner that has room
 * - `sent`: it went out in an answer whose receipt the runner has not confirmed; lost answers end here and go back to `ready`
 * - `gone`: the runner has it, or it was taken away
 */
export type Place =
  | { readonly at: "sealing" }
  | { readonly at: "ready"; readonly sinceMs: number }
  | HandedAnswer
  | { readonly at: "gone" };

/** A lease on its way to the runner: one object from its arrival to its receipt. */
export class ShelvedLease {
  lease: Lease;
  /** When the lease's time to live was told. */
  told: Moment;
  place: Place;
  /**
   * The runner cannot have it from anybody: it came here straight from its grant and has not gone out. Only such a lease may be given back.
   * Of one that the runner should hold and did not name, or whose answer got lost, another replica may have told the runner meanwhile.
   */
  isUntouched: boolean;
  /** The message has gone out: it may be in somebody's hands in this process. */
  #isShared = false;

  constructor(lease: Lease, told: Moment, place: Place, isGranted: boolean) {
    this.lease = lease;
    this.told = told;
    this.place = place;
    this.isUntouched = isGranted;
  }

  /** The lease was told again. */
  tell(lease: Lease, told: Moment): void {
    this.lease = lease;
    this.told = told;
    this.#isShared = false;
  }

  /** When the lease ends, monotonic; infinite where the runner's presence keeps it. */
  get endMs(): number {
    const ttl = this.lease.timeToLive;
    return ttl === undefined ? Number.POSITIVE_INFINITY : this.told.ms + durationToMs(ttl);
  }

  /** The message for an answer, with the time that is left. */
  hand(timeLeft: TimeLeft): Lease {
    // The message came for this shelf alone and is changed as it is, until somebody has it.
    const lease = this.#isShared ? { ...this.lease } : this.lease;
    const { timeToLive, executionTimeLeft } = lease;
    if (timeToLive !== undefined) lease.timeToLive = timeLeft.of(timeToLive, this.told);
    if (executionTimeLeft !== undefined) lease.executionTimeLeft = timeLeft.of(executionTimeLeft, this.told);
    this.tell(lease, timeLeft.now);
    this.isUntouched = false;
    this.#isShared = true;
    return lease;
  }
}
