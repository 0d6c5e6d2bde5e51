import type { Client } from "@connectrpc/connect";
import { SwitchyardError } from "@switchyard/errors";
import { type JobEvent, JobEventType } from "@switchyard/proto/switchyard/scheduler/v1/event_pb";
import type { Job } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import type { JobService } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import { isFinalState } from "./job-states.js";
import { resuming, type StreamLife } from "./resuming.js";

/** What a watcher of one job gets to see. */
export type JobUpdate =
  | { /** The job as it is; its later events follow. */ readonly type: "snapshot"; readonly job: Job }
  | { readonly type: "event"; readonly event: JobEvent };

/** How a job is watched. */
export interface WatchJobOptions {
  /** Progress too: live only, and not repeated after a broken stream. Default no. */
  readonly includeProgress?: boolean;
  /** Ends the watch; the iteration throws its reason. */
  readonly signal?: AbortSignal;
}

/**
 * Yields the job as it is and then each event, until it has ended or was deleted. A broken stream is resumed after the last
 * sequence number, for as long as the signal allows. A watcher that fell behind what is kept gets a new snapshot instead
 * of the events that it missed.
 *
 * @throws SwitchyardError `JOB_NOT_FOUND` and whatever else no repeat can mend
 */
export function watchJob(
  jobs: Client<typeof JobService>,
  namespace: string,
  jobId: string,
  { includeProgress = false, signal }: WatchJobOptions = {},
): AsyncGenerator<JobUpdate> {
  const call = signal === undefined ? {} : { signal };
  let seen: bigint | undefined;

  const readJob = async (): Promise<Job> => {
    const { job } = await jobs.getJob({ namespace, by: { case: "jobId", value: jobId } }, call);
    if (job === undefined) throw new SwitchyardError("JOB_NOT_FOUND", `no job ${jobId}`, { job_id: jobId });
    return job;
  };

  async function* open(life: StreamLife): AsyncGenerator<JobUpdate> {
    const place = seen === undefined ? { includeSnapshot: true } : { afterSequence: seen };
    const stream = jobs.watchJobs({ namespace, jobIds: [jobId], untilFinal: true, includeProgress, ...place }, call);
    for await (const response of stream) {
      life.alive();
      for (const job of response.snapshots) {
        yield { type: "snapshot", job };
        if (isFinalState(job.state)) return;
      }
      for (const event of response.events) {
        if (event.type === JobEventType.OVERRUN) {
          const job = await readJob();
          yield { type: "snapshot", job };
          if (isFinalState(job.state)) return;
        } else if (event.sequence === 0n || event.sequence > (seen ?? 0n)) {
          if (event.sequence > 0n) seen = event.sequence;
          yield { type: "event", event };
          if (event.type === JobEventType.ENDED || event.type === JobEventType.DELETED) return;
        }
      }
      if (response.sequence > (seen ?? 0n)) seen = response.sequence;
    }
    // The server ends the stream when the job is final; its last words may have been in a stream that broke.
    const job = await readJob();
    if (!isFinalState(job.state)) throw new SwitchyardError("SHUTTING_DOWN", "the watch ended before the job");
    yield { type: "snapshot", job };
  }
  return resuming(open, signal);
}
