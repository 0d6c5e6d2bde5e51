import { setImmediate } from "node:timers/promises";
import { processIdsSince } from "../process-ids.js";
import { type ProcessStat, readProcessStat } from "./process-stat.js";

/** The processes of this machine (or container) that are young enough to matter, as they were a moment ago. */
export interface ProcessTable {
  /** Says that a process and what is younger matters, until what is returned is called. */
  watch(leader: number): () => void;
  /** The leaders that matter. */
  readonly leaders: ReadonlySet<number>;
  /**
   * The processes, read anew unless the last reading is young enough, so that a thousand jobs cost little more than one.
   *
   * @param maxAgeMs how old it may be, in milliseconds
   */
  read(maxAgeMs: number): Promise<readonly ProcessStat[]>;
}

/** Makes a table. Where there is no /proc it is empty. */
export function createProcessTable(): ProcessTable {
  const leaders = new Set<number>();
  let begunAt = Number.NEGATIVE_INFINITY;
  let reading: Promise<readonly ProcessStat[]> = Promise.resolve([]);
  let waiting: Promise<readonly ProcessStat[]> | undefined;

  async function readNext(): Promise<readonly ProcessStat[]> {
    await reading;
    waiting = undefined;
    begunAt = performance.now();
    reading = readSince(Math.min(...leaders));
    return reading;
  }

  return {
    leaders,
    watch(leader) {
      leaders.add(leader);
      // What was read before does not have it.
      begunAt = Number.NEGATIVE_INFINITY;
      return () => leaders.delete(leader);
    },
    read(maxAgeMs) {
      if (performance.now() - begunAt <= maxAgeMs) return reading;
      // Whoever comes while it is read shares the next reading: of hundreds that end at once, each would read it for itself.
      waiting ??= readNext();
      return waiting;
    },
  };
}

/** So many processes are read at a time, between which other work goes on. */
const batch = 32;

async function readSince(first: number): Promise<readonly ProcessStat[]> {
  const found: ProcessStat[] = [];
  const ids = await processIdsSince(first).catch(() => []);
  for (const [at, id] of ids.entries()) {
    if (at % batch === batch - 1) await setImmediate();
    const stat = readProcessStat(id);
    if (stat !== undefined) found.push(stat);
  }
  return found;
}

/** The table of this machine, for all that look at its processes. */
export const processTable: ProcessTable = createProcessTable();
