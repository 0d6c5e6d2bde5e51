import { readdir, readFile } from "node:fs/promises";

/** One tick of /proc in microseconds; 100 a second on every Linux that we know. */
const tickMicros = 10_000;

/** CPU time that a process has used so far, all of its threads included, in microseconds. 0 where there is no /proc. */
export async function processCpu(pid: number): Promise<number> {
  const fields = await statFields(pid);
  return fields ? (fields.user + fields.system) * tickMicros : 0;
}

/**
 * CPU time of a process and all of its children, those that have ended included, in microseconds. For a postmaster: backends, WAL writer,
 * checkpointer, vacuum.
 */
export async function familyCpu(pid: number): Promise<number> {
  const parent = await statFields(pid);
  if (!parent) return 0;
  let ticks = parent.user + parent.system + parent.endedChildren;
  for (const name of await readdir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const child = await statFields(Number(name));
    if (child?.parent === pid) ticks += child.user + child.system;
  }
  return ticks * tickMicros;
}

async function statFields(pid: number) {
  const text = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const at = (index: number) => Number(fields[index]);
  // Numbers of proc(5), less the three that come before and with the name.
  return { parent: at(1), user: at(11), system: at(12), endedChildren: at(13) + at(14) };
}
