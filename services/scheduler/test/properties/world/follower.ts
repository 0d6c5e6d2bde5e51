import { isRetryable } from "@switchyard/errors";
import type { JobEvent } from "@switchyard/proto/switchyard/scheduler/v1/event_pb";
import type { WatchJobsResponse } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import type { Api } from "./api.js";
import type { Arena } from "./arena.js";
import { pause } from "./history.js";

/** Watches, and resumes behind the last number that was seen whenever the stream breaks. Ends with the stream's own end, or by the signal. */
export async function* watchOn(
  arena: Arena,
  request: Parameters<Api["watchJobs"]>[0],
  signal?: AbortSignal,
): AsyncGenerator<WatchJobsResponse> {
  let afterSequence = 0n;
  while (!signal?.aborted) {
    const api = await arena.open();
    try {
      for await (const answer of api.watchJobs({ ...request, afterSequence }, signal ? { signal } : {})) {
        yield answer;
        afterSequence = answer.sequence;
      }
      return;
    } catch (error) {
      if (signal?.aborted) return;
      // A process that ends says whatever it can.
      if (!isRetryable(error) && !arena.isOver(api)) throw error;
    }
    await pause(5);
  }
}

/** Watches a namespace from its beginning. */
export class Follower {
  readonly events: JobEvent[] = [];
  /** When each of them came, in ticks of the history. */
  readonly ticks: number[] = [];
  readonly #end = new AbortController();
  readonly #done: Promise<void>;
  #seen = 0n;

  /** @param tick the history's next tick */
  constructor(
    arena: Arena,
    namespace: string,
    private readonly tick: () => number,
  ) {
    this.#done = this.#follow(arena, namespace);
  }

  /** Waits until an event with this number, or a later one, has come; in vain after ten seconds, which is for the checker to tell. */
  async reach(sequence: bigint): Promise<void> {
    for (let waited = 0; this.#seen < sequence && waited < 10_000; waited += 10) await pause(10);
  }

  /** Stops watching. */
  async stop(): Promise<void> {
    this.#end.abort();
    await this.#done;
  }

  async #follow(arena: Arena, namespace: string): Promise<void> {
    for await (const { events, sequence } of watchOn(arena, { namespace }, this.#end.signal)) {
      this.events.push(...events);
      for (const _ of events) this.ticks.push(this.tick());
      this.#seen = sequence;
    }
  }
}
