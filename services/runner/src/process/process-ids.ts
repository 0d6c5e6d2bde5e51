import { readdir, readFile } from "node:fs/promises";

/**
 * Ids of the processes that are not older than one, by /proc, itself among them while it lives; all of them once the numbers have begun
 * anew since. This process is left out.
 */
export async function processIdsSince(first: number): Promise<number[]> {
  const youngest = await youngestProcess();
  const names = await readdir("/proc");
  return names
    .map(Number)
    .filter((id) => Number.isInteger(id) && id !== process.pid && (id >= first || youngest < first));
}

/** Number of the process that was started last; tells whether the numbers have begun anew since. */
async function youngestProcess(): Promise<number> {
  return Number((await readFile("/proc/loadavg", "latin1")).trim().split(" ").at(-1));
}
