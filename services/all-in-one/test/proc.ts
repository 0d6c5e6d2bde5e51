import { readdirSync, readFileSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";

/** Parents of all processes, by pid, from /proc: there is a `ps` on most machines, not on all. */
async function parents(): Promise<Map<number, number>> {
  const found = new Map<number, number>();
  for (const name of await readdir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const stat = await readFile(`/proc/${name}/stat`, "utf8").catch(() => "");
    // The name in brackets may hold anything, brackets included.
    const parent = /\) \S (\d+)/.exec(stat.slice(stat.lastIndexOf(")")))?.[1];
    if (parent !== undefined) found.set(Number(name), Number(parent));
  }
  return found;
}

/** The pids of a process and of all of its descendants. */
export async function familyOf(pid: number): Promise<number[]> {
  const parentOf = await parents();
  const family = [pid];
  for (const member of family) for (const [child, parent] of parentOf) if (parent === member) family.push(child);
  return family;
}

/** The pids of processes whose command line contains a text. Zombies have none. Read at once: no disk is behind it, and thousands of reads through threads take a second. */
export function processesWith(text: string): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && commandOf(name).includes(text))
    .map(Number);
}

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    return "";
  }
}

/** Whether a process is there. A zombie that nobody has reaped yet counts as gone. */
export async function isAlive(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  return stat !== "" && !/\) Z /.test(stat.slice(stat.lastIndexOf(")")));
}
