import type { Clock, Timer as ClockTimer } from "@switchyard/clock";
import type { Timers } from "../core/timers.js";

/** Time between two looks at least, ms: what comes due one by one is handled together, and nothing is late by more than this. */
const betweenLooksMs = 20;

/** The clock is looked at again after this time at the latest, ms: it may run otherwise than the process's timers. */
const longestSleepMs = 100;

/** What {@link DueWatch} needs. */
export interface DueWatchOptions {
  readonly clock: Clock;
  /** What comes due. */
  readonly timers: Timers<unknown>;
  /** Handles all that is due; must not throw. Called when something is, and now and then when nothing is. */
  readonly onLook: () => void;
}

/**
 * Looks at the clock when something comes due: one timer for a whole shard, which sleeps while nothing does. A look each 20 ms instead was a third of all that
 * happened in a scheduler with little to do, for each of its shards.
 */
export class DueWatch {
  readonly #options: DueWatchOptions;
  #sleep: ClockTimer | undefined;
  /** What is due before this, by the clock, ms, ends the sleep earlier. */
  #sleepsUntil = Number.POSITIVE_INFINITY;
  /** When it looked last, monotonic. */
  #lookedMs = Number.NEGATIVE_INFINITY;
  #running = false;

  constructor(options: DueWatchOptions) {
    this.#options = options;
  }

  /** Begins. */
  start(): void {
    this.#running = true;
    this.#options.timers.onEarlier = (at) => {
      if (at < this.#sleepsUntil) this.#rest();
    };
    this.#rest();
  }

  /** Nothing is looked at any more. */
  stop(): void {
    this.#running = false;
    this.#options.timers.onEarlier = undefined;
    this.#options.clock.clearTimeout(this.#sleep);
  }

  #look(): void {
    this.#lookedMs = this.#options.clock.monotonicMs();
    // What is added meanwhile needs no sleep of its own.
    this.#sleepsUntil = Number.NEGATIVE_INFINITY;
    this.#options.onLook();
    if (this.#running) this.#rest();
  }

  #rest(): void {
    const { clock, timers } = this.#options;
    const now = clock.now();
    const until = Math.min(timers.next() ?? Number.POSITIVE_INFINITY, now + longestSleepMs);
    const leastMs = this.#lookedMs + betweenLooksMs - clock.monotonicMs();
    clock.clearTimeout(this.#sleep);
    this.#sleepsUntil = leastMs < until - now ? until : Number.NEGATIVE_INFINITY;
    this.#sleep = clock.setTimeout(() => this.#look(), Math.max(1, Math.ceil(Math.max(until - now, leastMs))));
  }
}
