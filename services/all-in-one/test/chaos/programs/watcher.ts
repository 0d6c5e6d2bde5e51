import { timestampMs } from "@bufbuild/protobuf/wkt";
import { resuming, type StreamLife, type SwitchyardClient } from "@switchyard/client";
import { EndReason, JobState } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { type JobEvent, JobEventType } from "@switchyard/proto/switchyard/scheduler/v1/event_pb";
import type { EndReason as EndReasonName, JobEvent as NotedEvent, JobState as JobStateName } from "@switchyard/history";
import type { WatchJobsResponse } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import type { Journal } from "../record/journal.js";

/** What a watcher has seen so far. */
export interface Watcher {
  /** Jobs that have ended, by id, as far as they were not opened again. */
  readonly ended: ReadonlySet<string>;
  /** When something came last, by the monotonic clock of the process, ms. */
  readonly lastNews: number;
}

/** Follows everything that happens in a namespace, from its beginning, and notes it. A broken watch is resumed behind the last number. */
export function startWatcher(
  client: SwitchyardClient,
  namespace: string,
  journal: Journal,
  over: AbortSignal,
): Watcher {
  const watcher = `watcher of ${namespace}`;
  const ended = new Set<string>();
  let lastNews = performance.now();
  let seen = 0n;

  const take = ({ events, sequence }: WatchJobsResponse) => {
    lastNews = performance.now();
    for (const event of events) {
      const upTo = Number(event.sequence);
      if (event.type === JobEventType.OVERRUN) journal.note({ type: "overrun", watcher, namespace, upTo });
      else journal.note({ type: "event", watcher, namespace, event: noted(event) });
      if (event.type === JobEventType.ENDED) ended.add(event.jobId);
    }
    if (sequence <= seen) return;
    seen = sequence;
    journal.note({ type: "seen", watcher, namespace, upTo: Number(seen) });
  };
  async function* open(life: StreamLife): AsyncGenerator<WatchJobsResponse> {
    journal.note({ type: "watch", watcher, namespace, after: Number(seen) });
    const request = { namespace, afterSequence: seen };
    for await (const response of client.jobs.watchJobs(request, { signal: over })) {
      life.alive();
      yield response;
    }
  }
  const follow = async () => {
    // A stream that ends though nobody asked for it is opened again.
    while (!over.aborted) for await (const response of resuming(open, over)) take(response);
  };
  void follow().catch((error: unknown) => {
    if (!over.aborted) journal.note({ type: "mark", text: `${watcher} has failed: ${String(error)}` });
  });
  return {
    ended,
    get lastNews() {
      return lastNews;
    },
  };
}

function noted(event: JobEvent): NotedEvent {
  return {
    sequence: Number(event.sequence),
    time: event.time === undefined ? 0 : timestampMs(event.time),
    type: JobEventType[event.type] as NotedEvent["type"],
    job: event.jobId,
    previousState: stateName(event.previousState),
    state: stateName(event.state) as JobStateName,
    attempt: event.attempt,
    runner: event.runnerId,
    reason: event.endReason === EndReason.UNSPECIFIED ? "" : (EndReason[event.endReason] as EndReasonName),
    message: event.message,
    queue: event.queue,
  };
}

function stateName(state: JobState): JobStateName | "" {
  return state === JobState.UNSPECIFIED ? "" : (JobState[state] as JobStateName);
}
