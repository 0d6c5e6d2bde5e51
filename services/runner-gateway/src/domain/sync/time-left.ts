import type { Duration } from "@bufbuild/protobuf/wkt";
import { durationFromMs, durationToMs } from "../durations.js";

/** A moment that many leases share, monotonic. */
export interface Moment {
  readonly ms: number;
}

/** How much of the times that were told is left now. Leases that share a time go on sharing it. */
export class TimeLeft {
  readonly now: Moment;
  #duration: Duration | undefined;
  #told: Moment | undefined;
  #left: Duration | undefined;

  constructor(now: Moment) {
    this.now = now;
  }

  /** What is left of a duration that was told at a moment; rounded down to milliseconds. */
  of(duration: Duration, told: Moment): Duration {
    if (this.#left === undefined || duration !== this.#duration || told !== this.#told) {
      this.#duration = duration;
      this.#told = told;
      this.#left = durationFromMs(durationToMs(duration) - (this.now.ms - told.ms));
    }
    return this.#left;
  }
}
