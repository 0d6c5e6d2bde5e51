import type { Dirent } from "node:fs";
import { lstat, opendir } from "node:fs/promises";
import { join } from "node:path";
import { realPathInside } from "./inside.js";

/** A regular file below a directory. */
export interface CollectedFile {
  /** With `/` between its parts, from the directory. */
  readonly name: string;
  readonly path: string;
}

/** What may be collected. */
export interface CollectBounds {
  /** Below the work directory. */
  readonly directory: string;
  readonly maxFiles: number;
  readonly maxBytes: number;
}

/**
 * Lists the regular files below a directory of an attempt, in the order of their names. Links are never followed, and neither they nor pipes,
 * sockets and devices are listed. A directory that is not there is empty.
 *
 * @throws Error when there are more files or bytes than may be
 */
export async function collectFiles(workDirectory: string, bounds: CollectBounds): Promise<readonly CollectedFile[]> {
  const { directory, maxFiles, maxBytes } = bounds;
  const root = await realPathInside(workDirectory, directory);
  if (root === undefined) return [];
  const files: CollectedFile[] = [];
  let bytes = 0;
  for await (const name of filesBelow(root, "")) {
    const path = join(root, name);
    files.push({ name, path });
    bytes += (await lstat(path)).size;
    if (files.length > maxFiles) throw new Error(`artifacts: ${directory} has more than ${maxFiles} files`);
    if (bytes > maxBytes) throw new Error(`artifacts: ${directory} has more than ${maxBytes} bytes`);
  }
  return files.sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function* filesBelow(root: string, above: string): AsyncGenerator<string> {
  for await (const entry of (await opendir(join(root, above))) as AsyncIterable<Dirent>) {
    const name = above === "" ? entry.name : `${above}/${entry.name}`;
    if (entry.isFile()) yield name;
    else if (entry.isDirectory()) yield* filesBelow(root, name);
  }
}
