import { reasonOf } from "@switchyard/errors";
import type { JobEvent } from "@switchyard/proto/switchyard/scheduler/v1/event_pb";
import { type Job, JobView } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import type { StreamEvent } from "../../../http/event-stream.js";
import { writeJson } from "../../../json/raw-json.js";
import { timestampTextOrNull } from "../../../json/timestamp.js";
import type { SiloContext } from "../context.js";
import { jobView } from "../jobs/job-view.js";
import { runnerView } from "../runners/runner-view.js";
import { eventName } from "./event-names.js";
import { jobAtEvent } from "./job-at-event.js";

type Core = Pick<SiloContext, "core" | "config">;

/** Events whose jobs are read with one call. */
const readTogether = 50;

/** Puts events into the dialect's form. What was deleted meanwhile has nothing to show and is left out. */
export async function* streamEvents(
  context: Core,
  batches: AsyncIterable<readonly JobEvent[]>,
): AsyncGenerator<StreamEvent> {
  for await (const batch of batches) {
    for (let at = 0; at < batch.length; at += readTogether) {
      const events = batch.slice(at, at + readTogether);
      const jobs = await readJobs(context, events);
      for (const event of events) {
        const told = await toldEvent(context, event, jobs);
        if (told !== undefined) yield told;
      }
    }
  }
}

async function toldEvent(
  context: Core,
  event: JobEvent,
  jobs: ReadonlyMap<string, Job>,
): Promise<StreamEvent | undefined> {
  const name = eventName(event);
  if (name === undefined) return undefined;
  const about =
    event.jobId === "" ? await aboutRunner(context, event.runnerId) : aboutJob(jobs.get(event.jobId), event);
  if (about === undefined) return undefined;
  return {
    event: name,
    // What is live only has no number: nobody can come back to it.
    ...(event.sequence > 0n ? { id: String(event.sequence) } : {}),
    data: writeJson({ ...about, timestamp: timestampTextOrNull(event.time) }),
  };
}

function aboutJob(job: Job | undefined, event: JobEvent): object | undefined {
  return job === undefined ? undefined : { job: jobView(jobAtEvent(job, event)) };
}

async function aboutRunner({ core, config }: Core, runnerId: string): Promise<object | undefined> {
  try {
    const { runner } = await core.fleet.getRunner({ namespace: config.namespace, runnerId });
    return runner === undefined ? undefined : { runner: runnerView(runner) };
  } catch (error) {
    if (reasonOf(error) === "RUNNER_NOT_FOUND") return undefined;
    throw error;
  }
}

/** Reads the jobs of some events, as they are now. */
async function readJobs({ core, config }: Core, events: readonly JobEvent[]): Promise<ReadonlyMap<string, Job>> {
  const jobs = new Map<string, Job>();
  const jobIds = [...new Set(events.map(({ jobId }) => jobId).filter((jobId) => jobId !== ""))];
  // To the core no id at all is no filter.
  if (jobIds.length === 0) return jobs;
  let pageToken = "";
  do {
    const page = await core.jobs.listJobs({
      namespace: config.namespace,
      filter: { jobIds },
      view: JobView.FULL,
      pageSize: 1000,
      pageToken,
    });
    for (const job of page.jobs) jobs.set(job.id, job);
    pageToken = page.nextPageToken;
  } while (pageToken !== "");
  return jobs;
}
