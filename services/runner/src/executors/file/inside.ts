import { realpath } from "node:fs/promises";
import { join, sep } from "node:path";

/**
 * The real path of something below a directory, links followed; undefined when it is not there.
 *
 * @throws Error when a link leads out of the directory
 */
export async function realPathInside(directory: string, path: string): Promise<string | undefined> {
  const root = await realpath(directory);
  const real = await realpath(join(root, path)).catch(() => undefined);
  if (real !== undefined && real !== root && !real.startsWith(root + sep))
    throw new Error(`${path} leads out of the work directory`);
  return real;
}
