import { resuming, type StreamLife, type SwitchyardClient } from "@switchyard/client";
import { type JobEvent, JobEventType } from "@switchyard/proto/switchyard/scheduler/v1/event_pb";

/** Which events, and from where. */
export interface WatchEventsOptions {
  readonly namespace: string;
  /** Only these jobs, until all have ended; empty is all jobs, without end. */
  readonly jobIds: readonly string[];
  /** Events with a larger number. Default: from now on. */
  readonly afterSequence?: bigint;
  readonly queue?: string;
  readonly includeProgress: boolean;
  readonly includeRunners: boolean;
  /** Ends the iteration, which throws its reason. */
  readonly signal: AbortSignal;
}

/**
 * Yields events and goes on after the last number when the stream breaks: nothing twice, nothing left out but what the scheduler keeps
 * no more, which an `OVERRUN` event tells.
 */
export function watchEvents({ jobs }: SwitchyardClient, options: WatchEventsOptions): AsyncGenerator<JobEvent> {
  const { afterSequence, signal, jobIds, ...which } = options;
  let seen = afterSequence;

  async function* open(life: StreamLife): AsyncGenerator<JobEvent> {
    const place = seen === undefined ? {} : { afterSequence: seen };
    const request = { ...which, jobIds: [...jobIds], untilFinal: jobIds.length > 0, ...place };
    for await (const response of jobs.watchJobs(request, { signal })) {
      life.alive();
      for (const event of response.events) {
        // Live events have no number; a replay may begin with what was seen.
        const isNew = event.sequence === 0n || event.sequence > (seen ?? -1n);
        if (!isNew && event.type !== JobEventType.OVERRUN) continue;
        if (event.sequence > (seen ?? -1n)) seen = event.sequence;
        yield event;
      }
      if (response.sequence > (seen ?? -1n)) seen = response.sequence;
    }
  }
  return resuming(open, signal);
}
