import { access, constants, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { SpawnError } from "./spawn-process.js";

/**
 * Finds a program as the system would when it is started.
 *
 * @param path the PATH that it is looked for in
 * @param cwd where relative paths start
 * @throws SpawnError in the words of `spawnProcess`
 */
export async function findProgram(file: string, path: string | undefined, cwd: string): Promise<string> {
  const directories = file.includes("/") ? [""] : (path ?? "/usr/local/bin:/usr/bin:/bin").split(":");
  let isDenied = false;
  for (const directory of directories) {
    const candidate = resolve(cwd, directory, file);
    const found = await stat(candidate).catch(() => undefined);
    if (found === undefined) continue;
    const isAllowed = await access(candidate, constants.X_OK).then(
      () => found.isFile(),
      () => false,
    );
    if (isAllowed) return candidate;
    isDenied = true;
  }
  const words = isDenied ? `permission denied (in ${cwd})` : "not found";
  throw new SpawnError(`program ${file}: ${words}`, false, undefined);
}
