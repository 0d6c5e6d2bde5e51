import type { Clock, Timer } from "@switchyard/clock";
import type { SimEvent } from "./event-queue.js";
import { beginMs, type World } from "./world.js";

/** How the clocks of a process run. */
export interface ClockSkew {
  /** How far its wall clock is ahead, ms. */
  readonly offsetMs: number;
  /** How fast its clocks run; 1 is right. */
  readonly rate: number;
}

/** A machine with right clocks. */
export const noSkew: ClockSkew = { offsetMs: 0, rate: 1 };

/** A simulated process: it has one life after the other, and may stand still. */
export class Process {
  #life: Life | undefined;
  #waiting: (() => void)[] = [];
  #pauses = 0;

  constructor(
    readonly name: string,
    readonly world: World,
    readonly skew: ClockSkew = noSkew,
  ) {}

  /** The life that it has now. */
  get life(): Life | undefined {
    return this.#life;
  }

  /** Begins a new life. */
  start(): Life {
    this.#life = new Life(this);
    return this.#life;
  }

  /** Ends this life at once: nothing of it happens any more, neither its timers nor what is sent to it. */
  crash(): void {
    const life = this.#life;
    this.#life = undefined;
    this.#waiting = [];
    life?.end();
  }

  /** Nothing happens here until `resume`. Pauses add up. */
  pause(): void {
    this.#pauses++;
  }

  /** Ends one pause; with the last one, all that has waited happens, in order. */
  resume(): void {
    if (--this.#pauses > 0) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const run of waiting) this.world.after(0, () => this.happen(run));
  }

  /** Lets something happen now, or when the process goes on. */
  happen(run: () => void): void {
    if (this.#pauses > 0) this.#waiting.push(run);
    else run();
  }
}

/** One life of a process, from its start to its crash: the place where things happen. */
export class Life {
  readonly clock: Clock;
  readonly #endings = new Set<() => void>();
  #isOver = false;

  constructor(readonly process: Process) {
    this.clock = clockOf(this);
  }

  get name(): string {
    return this.process.name;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Something happens here after so many milliseconds of the world, unless this life is over by then. */
  after(ms: number, run: () => void): SimTimer {
    const timer: SimTimer = { isOver: false, event: undefined, unref: () => timer };
    const happen = () => {
      if (!timer.isOver && !this.#isOver) run();
    };
    timer.event = this.process.world.after(ms, () => {
      if (!this.#isOver) this.process.happen(happen);
    });
    return timer;
  }

  /** Calls back when this life ends; returns how not to. */
  whenOver(callback: () => void): () => void {
    this.#endings.add(callback);
    return () => this.#endings.delete(callback);
  }

  /** Ends it. */
  end(): void {
    this.#isOver = true;
    for (const ended of [...this.#endings]) ended();
    this.#endings.clear();
  }
}

/** A timer of a life. */
export interface SimTimer extends Timer {
  isOver: boolean;
  event: SimEvent | undefined;
}

/** Takes a timer back. */
export function endTimer(world: World, timer: SimTimer): void {
  timer.isOver = true;
  world.cancel(timer.event);
}

function clockOf(life: Life): Clock {
  const { world, skew } = life.process;
  const { offsetMs, rate } = skew;
  const monotonicMs = () => world.now * rate;
  const wallMs = () => beginMs + offsetMs + Math.floor(monotonicMs());
  const begin = (callback: () => void, ms: number) => life.after(Math.max(1, ms) / rate, callback);
  const end = (timer: Timer | undefined) => {
    if (timer) endTimer(world, timer as SimTimer);
  };
  return {
    now: wallMs,
    monotonicMs,
    wallMs,
    setTimeout: begin,
    clearTimeout: end,
    setInterval: (callback, ms) => {
      const timer: SimTimer = { isOver: false, event: undefined, unref: () => timer };
      const next = () => {
        timer.event = begin(() => {
          if (timer.isOver) return;
          callback();
          next();
        }, ms).event;
      };
      next();
      return timer;
    },
    clearInterval: end,
    setImmediate: (callback) => life.after(0, callback),
    clearImmediate: end,
  };
}
