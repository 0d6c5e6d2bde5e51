import { closeSync, openSync, readFileSync, writeSync } from "node:fs";
import type { Observation, Timeless } from "@switchyard/history";
import type { RunClock } from "./clock.js";

/** Where a process of a run writes what it sees. */
export interface Journal {
  /**
   * Writes at once, with the time of now, so that what was seen outlives a SIGKILL of the process. Not synced: the machine is not killed.
   */
  note(observation: Timeless<Observation>): void;
  /** A number that no other call or write of the run has. */
  nextNumber(): number;
  close(): void;
}

/** Numbers that one life of a process may give. */
const numbersOfALife = 1e9;

/**
 * Opens a journal, a file of JSON lines that is made by it.
 *
 * @param life names the life of the process, from 0: those of one run have different ones
 */
export function openJournal(path: string, life: number, clock: RunClock): Journal {
  const file = openSync(path, "ax");
  let given = life * numbersOfALife;
  return {
    note(observation) {
      writeSync(file, `${JSON.stringify({ ...observation, at: clock.now() })}\n`);
    },
    nextNumber() {
      given += 1;
      return given;
    },
    close: () => closeSync(file),
  };
}

/** Reads journals as one history, in the order of their times. A last line that a killed process has not finished is passed over. */
export function readJournals(paths: readonly string[]): Observation[] {
  const all = paths.flatMap((path) => {
    const lines = readFileSync(path, "utf8").split("\n");
    // What comes behind the last line end is half a line, or nothing.
    lines.pop();
    return lines.map((line) => JSON.parse(line) as Observation);
  });
  // Of equal times the order within a file stands: sorting is stable.
  return all.sort((a, b) => a.at - b.at);
}
