import type { JobEvent } from "@switchyard/proto/switchyard/scheduler/v1/event_pb";
import type { WatchJobsResponse } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import type { SiloContext } from "../context.js";
import { toldEventTypes } from "./event-names.js";

/** Events that a client which comes back is told again, at most; the newest ones. */
const maxReplayed = 1000;

/** A watch that has begun: nothing that happens from now on is missed. */
export interface EventWatch {
  /** The kept events behind the client's last one, then what comes; each list has at least one. */
  readonly events: AsyncIterable<readonly JobEvent[]>;
  /** Ends the watch, begun to be read or not. */
  stop(): void;
}

/**
 * Begins to watch a namespace, or one job of it.
 *
 * @param after the last event that the client has seen; undefined is "from now on"
 * @throws ConnectError `JOB_NOT_FOUND` or `MALFORMED_ID` for a job that does not exist
 */
export async function beginWatch(
  { core, config }: Pick<SiloContext, "core" | "config">,
  jobId: string | undefined,
  after: bigint | undefined,
): Promise<EventWatch> {
  const over = new AbortController();
  const answers = core.jobs
    .watchJobs(
      {
        namespace: config.namespace,
        jobIds: jobId === undefined ? [] : [jobId],
        types: [...toldEventTypes],
        // Its answer is the first: it says that the watch has begun, where, and that the job is there.
        includeSnapshot: true,
        includeProgress: true,
        includeRunners: jobId === undefined,
        ...(after === undefined ? {} : { afterSequence: after }),
      },
      { signal: over.signal },
    )
    [Symbol.asyncIterator]();
  const stop = () => over.abort();
  try {
    const first = await answers.next();
    if (first.done === true) throw new Error("the scheduler ended a watch before it began");
    const begunAt = first.value.sequence;
    return { stop, events: eventsOf(answers, after !== undefined && after < begunAt ? begunAt : undefined) };
  } catch (error) {
    stop();
    throw error;
  }
}

/** @param replayUntil the last number of what is replayed; undefined if nothing is */
async function* eventsOf(
  answers: AsyncIterator<WatchJobsResponse>,
  replayUntil: bigint | undefined,
): AsyncGenerator<readonly JobEvent[]> {
  let replayed: JobEvent[] | undefined = replayUntil === undefined ? undefined : [];
  for (;;) {
    const answer = await answers.next();
    if (answer.done === true) return;
    const { events, sequence } = answer.value;
    if (replayed === undefined) {
      if (events.length > 0) yield events;
      continue;
    }
    replayed = [...replayed, ...events].slice(-maxReplayed);
    // The end of a replay is an answer of its own, without events.
    if (events.length > 0 || sequence < (replayUntil as bigint)) continue;
    if (replayed.length > 0) yield replayed;
    replayed = undefined;
  }
}
