import { type Clock, systemClock, type Timer } from "@switchyard/clock";

/** A clock that stands still while its process does. */
export interface AwakeClock extends Clock {
  /** Goes to the machine's time again, at a moment when nobody counts on a span. */
  catchUp(): void;
}

/** Options of {@link createAwakeClock}. */
export interface AwakeClockOptions {
  /** What it goes by. Default: the machine's. */
  readonly machine?: Clock;
  /** Milliseconds that rise steadily, whatever stands in for the globals. Default: those of `performance`. */
  readonly elapsedMs?: () => number;
}

/** A pause of the event loop that is longer was none of the process's own: the machine, or the process, stood still. */
const longestMs = 250;
/** How often it is looked whether the process runs. */
const lookMs = 20;
/** A timer may be early by the part of a millisecond that its clock does not see. */
const slackMs = 2;

/** A timer that may have to begin again. */
interface AwakeTimer extends Timer {
  inner: Timer;
}

/**
 * Creates a clock whose spans are spans in which the process ran: of a pause longer than 250 ms only these count. Leases, deadlines and
 * patience that are told by it do not run out because a busy machine gave the process no time, however short they are; without such
 * pauses it is the machine's. It looks at its process fifty times a second until that ends, so make one per process. While other timers stand
 * in for the globals it goes by these.
 */
export function createAwakeClock({
  machine = { ...systemClock },
  elapsedMs = performance.now.bind(performance),
}: AwakeClockOptions = {}): AwakeClock {
  const { setTimeout } = globalThis;
  const isReal = () => globalThis.setTimeout === setTimeout;
  let behindMs = 0;
  let seenMs = elapsedMs();

  /** How far it is behind the machine's. */
  function behind(): number {
    const nowMs = elapsedMs();
    behindMs += Math.max(0, nowMs - seenMs - longestMs);
    seenMs = nowMs;
    return isReal() ? behindMs : 0;
  }

  function monotonicMs(): number {
    const lag = behind();
    return machine.monotonicMs() - lag;
  }

  function later(callback: () => void, ms: number): Timer {
    if (!isReal()) return machine.setTimeout(callback, ms);
    const dueMs = monotonicMs() + ms;
    let staysAlone = false;
    const begin = (leftMs: number): Timer => {
      const inner = machine.setTimeout(look, leftMs);
      if (staysAlone) inner.unref();
      return inner;
    };
    const timer: AwakeTimer = {
      inner: begin(ms),
      unref() {
        staysAlone = true;
        return timer.inner.unref();
      },
    };
    function look(): void {
      const leftMs = dueMs - monotonicMs();
      if (leftMs > slackMs) timer.inner = begin(leftMs);
      else callback();
    }
    return timer;
  }

  machine.setInterval(behind, lookMs).unref();
  return {
    ...machine,
    now: () => {
      const lag = behind();
      return Math.floor(machine.now() - lag);
    },
    monotonicMs,
    setTimeout: later,
    clearTimeout: (timer) => machine.clearTimeout(timer && "inner" in timer ? (timer as AwakeTimer).inner : timer),
    catchUp() {
      behind();
      behindMs = 0;
    },
  };
}

let ofProcess: AwakeClock | undefined;

/** The awake clock of this process, by the machine's time as it was before anybody put another clock in its place. */
export function awakeClock(): AwakeClock {
  ofProcess ??= createAwakeClock();
  return ofProcess;
}
