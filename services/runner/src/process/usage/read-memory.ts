import { readFileSync } from "node:fs";

/** Memory of a process that is in RAM, in bytes. */
export interface ProcessMemory {
  readonly now: number;
  /** The most that it has been. */
  readonly peak: number;
}

/** Reads the memory of a process; none when it has ended. */
export function readMemory(id: number): ProcessMemory {
  const status = statusOf(id);
  return { now: bytesOf(status, /^VmRSS:\s*(\d+) kB$/m), peak: bytesOf(status, /^VmHWM:\s*(\d+) kB$/m) };
}

function bytesOf(status: string, line: RegExp): number {
  return Number(line.exec(status)?.[1] ?? 0) * 1024;
}

function statusOf(id: number): string {
  try {
    return readFileSync(`/proc/${id}/status`, "latin1");
  } catch {
    return "";
  }
}
