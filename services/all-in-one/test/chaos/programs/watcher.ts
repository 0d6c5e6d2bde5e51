import { resuming, type StreamLife, type SwitchyardClient } from "@switchyard/client";
import { watchedOf } from "@switchyard/history";
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

  const take = (response: WatchJobsResponse) => {
    lastNews = performance.now();
    for (const seenNow of watchedOf(0, { watcher, namespace }, response)) {
      journal.note(seenNow);
      if (seenNow.type === "event" && seenNow.event.type === "ENDED") ended.add(seenNow.event.job);
    }
    if (response.sequence > seen) seen = response.sequence;
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
