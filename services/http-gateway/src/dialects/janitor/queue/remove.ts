import type { Core } from "../core-access.js";
import { runQueue } from "../names.js";
import { waitingStates } from "./open-items.js";

/** Takes what waits for a codebase and campaign out of the queue. What a worker has goes on. */
export async function removeWaiting(
  { core, config: { namespace } }: Core,
  codebase: string,
  campaign: string,
): Promise<void> {
  const filter = { queue: runQueue, subject: codebase, kinds: [campaign], states: waitingStates };
  await core.jobs.deleteJobs({ namespace, filter, expectedStates: waitingStates });
}
