import { readFile } from "node:fs/promises";
import { join } from "node:path";

/** What `postmaster.pid` says. Source: PostgreSQL `src/include/utils/pidfile.h`. */
export interface PostmasterFile {
  readonly pid: number;
  /** `starting`, `ready`, `standby` or `stopping`; empty while the file is still being written. */
  readonly status: string;
}

/** Path of the file by which a running server marks its data directory. */
export function postmasterFilePath(cluster: string): string {
  return join(cluster, "postmaster.pid");
}

/** Reads the file; undefined when there is none, as after an orderly stop. */
export async function readPostmasterFile(cluster: string): Promise<PostmasterFile | undefined> {
  try {
    const lines = (await readFile(postmasterFilePath(cluster), "utf8")).split("\n");
    const pid = Number.parseInt(lines[0] ?? "", 10);
    return Number.isNaN(pid) ? undefined : { pid: Math.abs(pid), status: lines[7]?.trim() ?? "" };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
