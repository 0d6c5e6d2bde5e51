import { openState } from "../core/core-event.js";
import type { JobState, OpenJob } from "../core/model.js";
import type { Namespace } from "../core/namespace.js";

/** Open jobs that have these properties in common. */
export interface OpenCount {
  readonly queue: string;
  readonly kind: string;
  /** Of the live attempt; empty for those that wait. */
  readonly runner: string;
  readonly state: JobState;
  /** A live attempt has started. */
  readonly started: boolean;
  readonly n: number;
}

/**
 * The open jobs of a namespace, counted in memory: those that wait in line lane by lane, the others one by one. Jobs whose admission is not durable
 * yet are none.
 */
export function* openCounts(space: Namespace): IterableIterator<OpenCount> {
  for (const { site, kind, size } of space.allLanes()) {
    if (size > 0) yield { queue: site.queue.name, kind, runner: "", state: "QUEUED", started: false, n: size };
  }
  for (const job of space.objects()) {
    // What is in line was counted with its lane.
    if (job.phase !== "queued" && job.standing) yield openCount(job);
  }
}

/** One open job, as it is counted. */
export function openCount(job: OpenJob): OpenCount {
  const state = openState(job);
  const live = state === "RUNNING" ? job.live : undefined;
  const { shape, kind } = job;
  const started = (live?.startedAt ?? 0) > 0;
  return { queue: shape.queue, kind, runner: live?.runner.id ?? "", state, started, n: 1 };
}
