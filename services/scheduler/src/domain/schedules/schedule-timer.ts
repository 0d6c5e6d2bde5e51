import type { Clock, Timer } from "@switchyard/clock";
import { Timers } from "../core/timers.js";
import type { Schedule } from "./schedule.js";

/** Most schedules that are begun at one go: what is due at midnight must not keep the calls waiting. */
const perLook = 20;

/** The clock is looked at again after this time at the latest, ms: it may run otherwise than the process's timers. */
const longestSleepMs = 250;

/** One timer for the earliest of many schedules. */
export class ScheduleTimer {
  readonly #timers = new Timers<Schedule>();
  readonly #clock: Clock;
  readonly #isReady: () => boolean;
  readonly #onDue: (schedule: Schedule) => void;
  #sleep: Timer | undefined;
  /** When the sleep ends, as it was meant, ms. */
  #sleepsUntil = Number.POSITIVE_INFINITY;
  #stopped = false;

  /** `onDue` is called when the time of a schedule has come, once; it must not throw. Nothing is due while `isReady` says no. */
  constructor(clock: Clock, isReady: () => boolean, onDue: (schedule: Schedule) => void) {
    this.#clock = clock;
    this.#isReady = isReady;
    this.#onDue = onDue;
  }

  /** Says when a schedule is due, in ms, instead of what was said before. */
  set(schedule: Schedule, at: number): void {
    this.clear(schedule);
    schedule.timer = this.#timers.add(at, schedule);
    if (at < this.#sleepsUntil) this.#rest();
  }

  /** A schedule is due no more. */
  clear(schedule: Schedule): void {
    this.#timers.cancel(schedule.timer);
    schedule.timer = undefined;
  }

  /** Nothing is due any more. */
  stop(): void {
    this.#stopped = true;
    this.#clock.clearTimeout(this.#sleep);
  }

  #look(): void {
    if (!this.#isReady()) {
      this.#sleep = this.#clock.setTimeout(() => this.#look(), longestSleepMs);
      return;
    }
    const now = this.#clock.now();
    for (let n = 0; n < perLook; n++) {
      const schedule = this.#timers.take(now);
      if (!schedule) break;
      schedule.timer = undefined;
      this.#onDue(schedule);
    }
    this.#rest();
  }

  /** Sleeps until the earliest is due. */
  #rest(): void {
    this.#clock.clearTimeout(this.#sleep);
    const next = this.#timers.next();
    this.#sleepsUntil = next ?? Number.POSITIVE_INFINITY;
    if (next === undefined || this.#stopped) return;
    const sleepMs = Math.min(Math.max(next - this.#clock.now(), 0), longestSleepMs);
    this.#sleep = this.#clock.setTimeout(() => this.#look(), sleepMs);
  }
}
