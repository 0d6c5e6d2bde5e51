import { execFile } from "node:child_process";
import { readdir, readFile, readlink, realpath } from "node:fs/promises";
import { platform } from "node:os";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Tells whether a process with this id is there; it may be another one than expected, since ids are used again. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** When a process began, in a form that only serves to tell two processes with the same id apart; undefined when it is gone. */
export async function startOf(pid: number): Promise<string | undefined> {
  try {
    if (platform() === "linux") {
      const stat = await readFile(`/proc/${pid}/stat`, "utf8");
      // Field 22 (starttime), counted after the command name, which may itself hold spaces and brackets.
      return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
    }
    const { stdout } = await run("ps", ["-o", "lstart=", "-p", String(pid)]);
    return stdout.trim() || undefined;
  } catch {
    return undefined;
  }
}

/**
 * Lists the processes of the server that runs on a cluster directory, which every PostgreSQL process has as its working
 * directory. Without /proc only the given process is looked at, by its command line.
 */
export async function serverProcessesOn(cluster: string, pid: number | undefined): Promise<number[]> {
  const path = await realpath(cluster);
  if (platform() !== "linux") {
    if (pid === undefined) return [];
    const command = await run("ps", ["-o", "command=", "-p", String(pid)]).catch(() => ({ stdout: "" }));
    return command.stdout.includes(path) || command.stdout.includes(cluster) ? [pid] : [];
  }
  const found: number[] = [];
  for (const name of await readdir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const directory = await readlink(`/proc/${name}/cwd`).catch(() => undefined);
    if (directory !== path) continue;
    // A person's shell may stand in the directory too.
    const executable = await readFile(`/proc/${name}/comm`, "utf8").catch(() => "");
    if (executable.startsWith("postgres")) found.push(Number(name));
  }
  return found;
}
