import { readFile } from "node:fs/promises";
import type { Io } from "../io.js";
import { UsageError } from "../usage-error.js";

/**
 * The text of a file, or of the standard input where the path is `-`.
 *
 * @throws UsageError when the file can't be read
 */
export async function readText(io: Io, path: string): Promise<string> {
  if (path === "-") return io.readStdin();
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    throw new UsageError(`cannot read ${path}: ${(error as Error).message}`);
  }
}
