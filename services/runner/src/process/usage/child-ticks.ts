import { readFileSync } from "node:fs";
import { type CpuTicks, parseChildTicks } from "./process-stat.js";

/**
 * What the children of this process have used. Node does not say what a child used (`wait4` would), but the system adds it to this process's own
 * account at the moment when the child has been waited for: if one child ended since the last reading, the growth is that child's.
 */
export interface ChildTicks {
  /** Reads the account, so that children of others that ended so far are not taken for the next one. */
  refresh(): void;
  /**
   * To be called as soon as a child has ended, in the event itself. Settles with what the child and all that it has waited for used;
   * undefined when that can't be told: several ended together, or there is no /proc.
   */
  childEnded(): Promise<CpuTicks | undefined>;
}

/** Makes the account of a process, of which there is one; tests bring a reading of their own. */
export function createChildTicks(read: () => CpuTicks | undefined = readOwnChildTicks): ChildTicks {
  let last: CpuTicks | undefined;
  let ended: ((grown: CpuTicks | undefined) => void)[] = [];

  const settle = () => {
    const now = read();
    const grown =
      last === undefined || now === undefined
        ? undefined
        : { user: now.user - last.user, system: now.system - last.system };
    last = now;
    const waiting = ended;
    ended = [];
    for (const resolve of waiting) resolve(waiting.length === 1 ? grown : undefined);
  };
  return {
    refresh() {
      if (ended.length === 0) last = read();
    },
    childEnded() {
      // All that the loop finds ended at a time is told before it comes to this.
      if (ended.length === 0) setImmediate(settle);
      return new Promise((resolve) => ended.push(resolve));
    },
  };
}

function readOwnChildTicks(): CpuTicks | undefined {
  try {
    return parseChildTicks(readFileSync("/proc/self/stat", "latin1"));
  } catch {
    return undefined;
  }
}
