import { chmod, mkdir, readFile, rename, stat, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { z } from "zod";
import { UsageError } from "../usage-error.js";
import { profileValuesSchema } from "./profile-values.js";

const fileSchema = z.strictObject({
  /** The profile that is taken when none is named. */
  current: z.string().optional(),
  profiles: z.record(z.string(), profileValuesSchema).default({}),
});

/** The content of the profile file. */
export type ProfileFile = z.output<typeof fileSchema>;

/** Where profiles are kept: `$XDG_CONFIG_HOME/switchyard/config.json`, `~/.config` where that is unset. */
export function profilePath(env: Readonly<Record<string, string | undefined>>): string {
  const home = env["XDG_CONFIG_HOME"] || join(env["HOME"] || homedir(), ".config");
  return join(home, "switchyard", "config.json");
}

/**
 * Reads the profiles; a file that isn't there has none.
 *
 * @throws UsageError when others may read the file, which can hold tokens, or when its content is wrong
 */
export async function readProfiles(path: string): Promise<ProfileFile> {
  const mode = await stat(path).then(
    (found) => found.mode,
    (error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return undefined;
      throw new UsageError(`cannot read ${path}: ${error.message}`);
    },
  );
  if (mode === undefined) return { profiles: {} };
  // Windows has no such modes and reports every file as readable by all.
  if (process.platform !== "win32" && (mode & 0o077) !== 0) {
    throw new UsageError(`${path} may hold tokens and others can read it; run: chmod 600 ${path}`);
  }
  return parseProfiles(path, await readFile(path, "utf8"));
}

/** Writes the profiles, for the owner alone. A reader sees the old content or the new one, never a part. */
export async function writeProfiles(path: string, content: ProfileFile): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const draft = `${path}.${process.pid}.new`;
  await writeFile(draft, `${JSON.stringify(content, undefined, 2)}\n`, { mode: 0o600 });
  // A draft that a crash left behind keeps the mode that it had.
  await chmod(draft, 0o600);
  await rename(draft, path);
}

function parseProfiles(path: string, text: string): ProfileFile {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new UsageError(`${path} is not JSON`);
  }
  const result = fileSchema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new UsageError(`${path}: ${issue?.path.join(".")}: ${issue?.message}`);
}
