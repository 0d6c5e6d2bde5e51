import { eventOf } from "./core-event.js";
import type { FinalState, OpenJob } from "./model.js";
import type { CoreEvent, ReleaseRecord } from "./writes.js";

/** What a waiting job goes on with, when it waits for these parents only. */
export function releaseOf(now: number, job: OpenJob, parents = job.parents): ReleaseRecord {
  const { readyAt } = job;
  return { job, parents, readyAt: parents.length === 0 && readyAt <= now ? 0 : readyAt };
}

/**
 * The children of a job that its end lets go on: stored with it, so that they are ready as soon as anybody hears of the end. Those that have a write on the
 * way, or fail by the end, follow when it is durable.
 */
export function releasedChildren(now: number, { space, serial }: OpenJob, end: FinalState): ReleaseRecord[] {
  const releases: ReleaseRecord[] = [];
  for (const child of space.children.of(serial)) {
    if (child.pending || child.phase !== "blocked") continue;
    const others = child.parents.filter((edge) => edge.parent !== serial || !edge.satisfiedBy.includes(end));
    if (others.length < child.parents.length) releases.push(releaseOf(now, child, others));
  }
  return releases;
}

/** The events of jobs that no longer wait for parents or time. */
export function readyEvents(now: number, releases: readonly ReleaseRecord[]): CoreEvent[] {
  return releases
    .filter(({ parents }) => parents.length === 0)
    .map(({ job, readyAt }) => {
      const previous = job.phase === "blocked" ? "BLOCKED" : "SCHEDULED";
      return eventOf(job, "READY", now, readyAt > 0 ? "SCHEDULED" : "QUEUED", { previous });
    });
}
