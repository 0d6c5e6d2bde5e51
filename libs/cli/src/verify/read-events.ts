import { resuming, type StreamLife, type SwitchyardClient } from "@switchyard/client";
import { JobEventType } from "@switchyard/proto/switchyard/scheduler/v1/event_pb";
import type { WatchJobsResponse } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";

/** Behind no event at all. The end of the replay is then told even where nothing has ever happened. */
const beforeTheFirst = -1n;

/** Reads the events of a namespace from behind a number (default: all that are kept) and follows, over restarts of the services. */
export function readEvents(
  { jobs }: SwitchyardClient,
  namespace: string,
  after: bigint | undefined,
  signal: AbortSignal,
): AsyncGenerator<WatchJobsResponse> {
  let seen = after ?? beforeTheFirst;

  async function* open(life: StreamLife): AsyncGenerator<WatchJobsResponse> {
    for await (const response of jobs.watchJobs({ namespace, afterSequence: seen }, { signal })) {
      life.alive();
      yield response;
      if (response.sequence > seen) seen = response.sequence;
    }
  }
  return resuming(open, signal);
}

/** Whether a message ends the replay of what was there when the stream began. */
export function endsReplay({ events }: WatchJobsResponse): boolean {
  return events.length === 0;
}

/**
 * Whether the first event that there ever was is still kept. A replay from the beginning begins with what is kept and says nothing of the rest; one from behind
 * the first number is told. To be asked when such a replay has begun and reached `upTo`: what is gone then was gone before, or the answer is no.
 */
export async function areAllKept(
  { jobs }: SwitchyardClient,
  namespace: string,
  upTo: bigint,
  signal: AbortSignal,
): Promise<boolean> {
  if (upTo <= 1n) return true;
  for await (const { events } of jobs.watchJobs({ namespace, afterSequence: 1n }, { signal }))
    return !events.some(({ type }) => type === JobEventType.OVERRUN);
  return false;
}
