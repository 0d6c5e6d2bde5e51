import { type Job, JobState, JobView } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import type { Core } from "../core-access.js";
import { runQueue } from "../names.js";

/** States of an item that nobody has claimed. */
export const waitingStates = [JobState.BLOCKED, JobState.SCHEDULED, JobState.QUEUED];

/** Waiting items of a codebase, with their inputs. */
export async function waitingItemsOf({ core, config: { namespace } }: Core, codebase: string): Promise<Job[]> {
  const found: Job[] = [];
  let pageToken = "";
  do {
    const filter = { queue: runQueue, subject: codebase, states: waitingStates };
    const page = await core.jobs.listJobs({ namespace, filter, pageSize: 1000, pageToken, view: JobView.PAYLOADS });
    found.push(...page.jobs);
    pageToken = page.nextPageToken;
  } while (pageToken !== "");
  return found;
}
