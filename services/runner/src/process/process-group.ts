import { platform } from "node:os";
import { createCensus } from "./census.js";
import { processTable } from "./usage/process-table.js";

/** The processes of one attempt: a session and process group of their own, and a mark in their environment. */
export interface ProcessGroup {
  /** Process id of the leader, which is also the id of group and session. */
  readonly id: number;
  readonly jobId: string;
  readonly attempt: number;
}

/** Sends a signal to a whole group. A group that is gone is no error. */
export function signalGroup(group: ProcessGroup, signal: NodeJS.Signals): void {
  send(-group.id, signal);
}

/** Sends a signal to single processes, such as those that left the group. */
export function signalProcesses(ids: readonly number[], signal: NodeJS.Signals): void {
  for (const id of ids) send(id, signal);
}

/**
 * Lists the live processes of an attempt: those of its group and session, and those that left both but carry the attempt in their
 * environment. Zombies don't count: in a container without an init nobody ever reaps an orphan, and a group made of them
 * still answers to signal 0. Without /proc only the group as such is asked, and stands for its members by its id.
 */
export async function liveProcesses(group: ProcessGroup): Promise<number[]> {
  if (platform() !== "linux") return groupAnswers(group) ? [group.id] : [];
  const now = await census();
  return [...new Set([...now.inGroup(group.id), ...now.carrying(group.jobId, group.attempt)])];
}

/** All groups of this process share it: each look at all processes serves everybody who waits for one. */
const census = createCensus(processTable);

function send(target: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(target, signal);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function groupAnswers(group: ProcessGroup): boolean {
  return send(-group.id, 0);
}
