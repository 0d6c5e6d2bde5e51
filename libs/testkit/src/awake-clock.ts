import { type Clock, systemClock, type Timer } from "@switchyard/clock";

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
 * Creates a clock that stands still while its process does: of a pause longer than 250 ms only these count. Leases, deadlines and patience
 * that a component tells by it do not run out because a busy machine gave the tests no time, however short they are. Its time falls behind that
 * of everybody else with each pause, so it is for components whose times nobody compares with others'. It looks at its process fifty times a
 * second until that ends: make one for many tests.
 *
 * @param machine what it goes by
 */
export function createAwakeClock(machine: Clock = systemClock): Clock {
  let behindMs = 0;
  let seenMs = machine.monotonicMs();

  /** How far it is behind the machine's. */
  function behind(): number {
    const nowMs = machine.monotonicMs();
    behindMs += Math.max(0, nowMs - seenMs - longestMs);
    seenMs = nowMs;
    return behindMs;
  }

  function monotonicMs(): number {
    const lag = behind();
    return machine.monotonicMs() - lag;
  }

  machine.setInterval(behind, lookMs).unref();
  return {
    ...machine,
    now: () => {
      const lag = behind();
      return Math.floor(machine.now() - lag);
    },
    monotonicMs,
    setTimeout(callback, ms) {
      const dueMs = monotonicMs() + ms;
      let isUnref = false;
      const begin = (leftMs: number): Timer => {
        const inner = machine.setTimeout(look, leftMs);
        if (isUnref) inner.unref();
        return inner;
      };
      const timer: AwakeTimer = {
        inner: begin(ms),
        unref() {
          isUnref = true;
          return timer.inner.unref();
        },
      };
      function look(): void {
        const leftMs = dueMs - monotonicMs();
        if (leftMs > slackMs) timer.inner = begin(leftMs);
        else callback();
      }
      return timer;
    },
    clearTimeout: (timer) => machine.clearTimeout(timer && "inner" in timer ? (timer as AwakeTimer).inner : timer),
  };
}
