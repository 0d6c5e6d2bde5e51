import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { resolve } from "node:path";

/** A directory of one attempt. */
export interface WorkDirectory {
  readonly path: string;
  /** Removes it with all that is in it. */
  remove(): Promise<void>;
}

/** Makes a fresh directory that only this user may read, below the given one or else the system's for such things. */
export async function createWorkDirectory(above: string = tmpdir()): Promise<WorkDirectory> {
  const path = await mkdtemp(resolve(above, "switchyard-attempt-"));
  return { path, remove: () => rm(path, { recursive: true, force: true, maxRetries: 3, retryDelay: 50 }) };
}
