import { reasonOf } from "@switchyard/errors";
import { queues } from "@switchyard/pipeline-model";
import { type Job, JobState, JobView } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { ListOrder } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import type { PipelineContext } from "../context.js";
import { postingSubject } from "../runs/job-spec.js";
import { firstShortId, readQueueId } from "../runs/run-id.js";
import { waitingStates } from "../vocabulary.js";
import { readCleared } from "./cleared.js";

type Core = Pick<PipelineContext, "core" | "config">;

/** Finds the job behind an item's id; undefined for none, and for one that the queue shows no more. */
export async function findItem(context: Core, queueId: string): Promise<Job | undefined> {
  const { core, config } = context;
  const shortId = readQueueId(queueId);
  if (shortId === undefined) return undefined;
  try {
    const by = { case: "shortId" as const, value: shortId };
    const { job } = await core.jobs.getJob({ namespace: config.namespace, by, view: JobView.BASIC });
    // The short id of a later opening is no item's id.
    if (job === undefined || job.spec?.queue !== queues.shown || firstShortId(job.id) !== shortId) return undefined;
    return job.serial > (await readCleared(context)).serial ? job : undefined;
  } catch (error) {
    const reason = reasonOf(error);
    if (reason === "JOB_NOT_FOUND" || reason === "MALFORMED_ID") return undefined;
    throw error;
  }
}

/** The item of a posting: one that runs, else one that waits, else one that failed, of each sort the newest. */
export async function findItemOfPosting(context: Core, jobId: string): Promise<Job | undefined> {
  const { serial } = await readCleared(context);
  const about = { queue: queues.shown, subject: postingSubject(jobId), afterSerial: serial };
  for (const states of [[JobState.RUNNING], waitingStates]) {
    const job = await newest(context, { ...about, states });
    if (job !== undefined) return job;
  }
  return newest(context, { ...about, deadLetters: true });
}

/** The place of a job among those that wait, from 1; 0 for one that does not. */
export async function positionOf({ core, config }: Core, job: Job): Promise<number> {
  if (!waitingStates.includes(job.state)) return 0;
  try {
    const by = { case: "jobId" as const, value: job.id };
    const { place } = await core.jobs.getPosition({ namespace: config.namespace, by });
    return place === undefined ? 0 : Number(place.position) + 1;
  } catch (error) {
    // It has ended, or was deleted, in between.
    const reason = reasonOf(error);
    if (reason === "WRONG_STATE" || reason === "JOB_NOT_FOUND") return 0;
    throw error;
  }
}

interface Wanted {
  readonly queue: string;
  readonly subject: string;
  readonly afterSerial: bigint;
  readonly states?: JobState[];
  readonly deadLetters?: boolean;
}

async function newest({ core, config }: Core, filter: Wanted): Promise<Job | undefined> {
  const { jobs } = await core.jobs.listJobs({
    namespace: config.namespace,
    filter,
    orderBy: ListOrder.NEWEST,
    pageSize: 1,
  });
  return jobs[0];
}
