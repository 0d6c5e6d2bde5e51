import type { SubmittedJob } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import type { JobSpec } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import type { Core } from "../core-access.js";
import { bucketOf } from "./buckets.js";
import { jobSpecOf } from "./job-spec.js";
import type { QueuedItem, QueueRequest } from "./queue-item.js";

/** The core's limit of jobs in a call. */
const callSize = 1000;

/** How a submit can be made safe against repeats. */
export interface SubmitOptions {
  /** Names the call: a repeat changes nothing and has the first answer. For at most 1,000 items. */
  readonly requestId?: string;
}

/**
 * Queues items in their order; an open item of the same codebase, campaign and change set is changed instead, or stays as it is
 * where its bucket is better. All or nothing for each thousand of them.
 */
export async function queueItems(
  core: Core,
  items: readonly QueueRequest[],
  options: SubmitOptions = {},
): Promise<QueuedItem[]> {
  const specs = items.map((item) => jobSpecOf(item, { offset: item.offset }, core.config.silentRunTimeoutMs));
  return submitSpecs(core, specs, options);
}

/** The same for jobs that are specified already. */
export async function submitSpecs(
  { core, config: { namespace } }: Core,
  specs: readonly JobSpec[],
  { requestId = "" }: SubmitOptions = {},
): Promise<QueuedItem[]> {
  const queued: QueuedItem[] = [];
  for (let from = 0; from < specs.length; from += callSize) {
    const items = specs.slice(from, from + callSize).map((spec) => ({ spec }));
    const { jobs } = await core.jobs.submitJobs({ namespace, requestId, items, returnJobs: true });
    queued.push(...jobs.map(queuedItem));
  }
  return queued;
}

function queuedItem({ jobId, serial, job }: SubmittedJob): QueuedItem {
  return { jobId, queueId: Number(serial), bucket: bucketOf(job?.spec?.order?.rankClass ?? 0) };
}
