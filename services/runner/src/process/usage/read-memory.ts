import { readFile } from "node:fs/promises";

/** Memory of a process that is in RAM, in bytes. */
export interface ProcessMemory {
  readonly now: number;
  /** The most that it has been. */
  readonly peak: number;
}

/** Reads the memory of a process; none when it has ended. */
export async function readMemory(id: number): Promise<ProcessMemory> {
  const status = await readFile(`/proc/${id}/status`, "latin1").catch(() => "");
  return { now: bytesOf(status, /^VmRSS:\s*(\d+) kB$/m), peak: bytesOf(status, /^VmHWM:\s*(\d+) kB$/m) };
}

function bytesOf(status: string, line: RegExp): number {
  return Number(line.exec(status)?.[1] ?? 0) * 1024;
}
