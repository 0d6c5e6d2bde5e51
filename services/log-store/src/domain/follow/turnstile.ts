import { setTimeout as sleep } from "node:timers/promises";

/** Hands out turns to readers, so that all of them together take no more than a share of the process's time. */
export interface Turnstile {
  /** Waits for a turn: what the caller does next, up to its next wait, is its turn. */
  turn(): Promise<void>;
}

/** Turns handed out at a time. */
const turnsAtOnce = 8;
/** Time that may be spent before the rest of the process gets its share, ms. */
const burstMs = 4;

/** Processor time of this process so far, ms: on a busy machine the time that passes says little about what was spent. */
function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

/**
 * Creates a turnstile. A thousand readers of one stream are woken by every flush, and would otherwise keep the producers waiting until all of them are served; so they
 * get larger pieces more rarely. A few readers never wait: their turns are over before any time is owed.
 *
 * @param share of the time that turns may take while readers stand in line, above 0 and at most 1
 * @param spent time that was spent so far, ms
 */
export function createTurnstile(share: number, spent: () => number = processorMs): Turnstile {
  const line: (() => void)[] = [];
  let working = false;
  let spentMs = 0;

  async function work(): Promise<void> {
    working = true;
    while (line.length > 0) {
      const before = spent();
      for (const take of line.splice(0, turnsAtOnce)) take();
      // Comes after everything that the turns do at once, writing to their sockets included.
      await new Promise((resolve) => setImmediate(resolve));
      spentMs += spent() - before;
      if (spentMs < burstMs) continue;
      const owedMs = spentMs * (1 / share - 1);
      spentMs = 0;
      await sleep(owedMs);
    }
    spentMs = 0;
    working = false;
  }

  return {
    turn: () =>
      new Promise((resolve) => {
        line.push(resolve);
        if (!working) void work();
      }),
  };
}
