import { isFinal, type JobEvent, type JobLife } from "@switchyard/history";
import type { QueueCounts } from "@switchyard/proto/switchyard/scheduler/v1/queue_service_pb";

/** Jobs of a queue by state, as the queue's counts have them; claimed and started are one. */
export type Counts = Record<
  "blocked" | "scheduled" | "queued" | "running" | "succeeded" | "failed" | "timedOut" | "cancelled",
  number
>;

const countOf: Readonly<Record<JobEvent["state"], keyof Counts>> = {
  BLOCKED: "blocked",
  SCHEDULED: "scheduled",
  QUEUED: "queued",
  RUNNING: "running",
  SUCCEEDED: "succeeded",
  FAILED: "failed",
  TIMED_OUT: "timedOut",
  CANCELLED: "cancelled",
};

/** Counts the jobs of each queue by the events, from the first one on. */
export class Tally {
  readonly #queues = new Map<string, Counts>();

  /** The counts of a queue; nothing has happened in one that is not known. */
  of(queue: string): Readonly<Counts> {
    return this.#queues.get(queue) ?? emptyCounts();
  }

  /** An event happened. `life`: what was known of the job before it. */
  take(event: JobEvent, life: JobLife | undefined): void {
    const counts = this.#queues.get(event.queue) ?? emptyCounts();
    this.#queues.set(event.queue, counts);
    const before = life?.state || event.previousState;
    if (event.type !== "SUBMITTED" && before !== "") counts[countOf[before]] -= 1;
    if (event.type !== "DELETED") counts[countOf[event.state]] += 1;
  }
}

function emptyCounts(): Counts {
  return { blocked: 0, scheduled: 0, queued: 0, running: 0, succeeded: 0, failed: 0, timedOut: 0, cancelled: 0 };
}

/** A queue's counts, as it was read. */
export function countsOf(counts: QueueCounts | undefined): Counts {
  const number = (value: bigint | undefined) => Number(value ?? 0n);
  return {
    blocked: number(counts?.blocked),
    scheduled: number(counts?.scheduled),
    queued: number(counts?.queued),
    running: number(counts?.claimed) + number(counts?.started),
    succeeded: number(counts?.succeeded),
    failed: number(counts?.failed),
    timedOut: number(counts?.timedOut),
    cancelled: number(counts?.cancelled),
  };
}

/**
 * How a queue's counts differ from what the events tell, in words; undefined when they don't. Ended jobs may be fewer: they go when their time is over.
 */
export function difference(read: Readonly<Counts>, told: Readonly<Counts>): string | undefined {
  const wrong = Object.values(countOf).filter((name) => {
    const mayBeFewer = (Object.keys(countOf) as JobEvent["state"][]).some(
      (state) => countOf[state] === name && isFinal(state),
    );
    return mayBeFewer ? read[name] > told[name] : read[name] !== told[name];
  });
  if (wrong.length === 0) return undefined;
  return wrong.map((name) => `${read[name]} ${name}, and the events tell of ${told[name]}`).join("; ");
}
