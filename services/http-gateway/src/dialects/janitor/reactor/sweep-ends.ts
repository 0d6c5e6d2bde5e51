import type { Logger } from "@switchyard/service-kit";
import { JobState } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { ListOrder } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import type { JanitorContext } from "../context.js";
import { fewAtATime } from "../few-at-a-time.js";
import { runQueue } from "../names.js";
import { msOf } from "../times.js";
import { settleEndedJob } from "./settle-ended-job.js";

const final = [JobState.SUCCEEDED, JobState.FAILED, JobState.TIMED_OUT, JobState.CANCELLED];

/** Clocks of events and of ends are the same one; a margin costs nothing. */
const marginMs = 60_000;

/** Goes through the runs that ended since a time, the last first, for when the events in between are no longer kept. */
export async function sweepEnds(context: JanitorContext, sinceMs: number, logger: Logger): Promise<void> {
  logger.warn({ since: new Date(sinceMs) }, "the reactor has missed events and goes through the ended runs");
  const { core, config } = context;
  let pageToken = "";
  do {
    const page = await core.jobs.listJobs({
      namespace: config.namespace,
      filter: { queue: runQueue, states: final },
      orderBy: ListOrder.END_TIME_DESC,
      pageSize: 500,
      pageToken,
    });
    const ended = page.jobs.filter(({ endTime }) => endTime !== undefined && msOf(endTime) >= sinceMs - marginMs);
    await fewAtATime(ended, 8, async ({ id, lastAttempt }) => {
      if (lastAttempt !== undefined) await settleEndedJob(context, id, lastAttempt.number);
    });
    pageToken = ended.length < page.jobs.length ? "" : page.nextPageToken;
  } while (pageToken !== "");
}
