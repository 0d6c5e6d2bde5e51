import type { OpenJob } from "./model.js";
import { type CoreEvent, type ReportWrite, reportWrite } from "./writes.js";

/** The event of a job that has become ready, and its place in the write that tells of it. */
export interface Untold {
  readonly events: CoreEvent[];
  at: number;
}

/** Tells that jobs are ready. They may be claimed at once: nothing was decided that another owner would not find, too. */
export function tellReady(jobs: readonly OpenJob[], events: CoreEvent[]): ReportWrite {
  for (const [at, job] of jobs.entries()) job.space.untold.set(job.serial, { events, at });
  return reportWrite({ events, ready: jobs });
}

/**
 * Tells with another write, which goes through another lane and may be numbered earlier, that its job is ready, unless that has been told. Else a watcher would
 * see a running job become queued.
 */
export function tellFirst({ space, serial }: OpenJob, events: CoreEvent[]): void {
  const untold = space.untold.size > 0 ? space.untold.get(serial) : undefined;
  if (!untold) return;
  space.untold.delete(serial);
  events.push(untold.events[untold.at] as CoreEvent);
  // The last one takes its place: what becomes ready together has no order.
  const last = untold.events.pop() as CoreEvent;
  if (last.serial === serial && last.space === space) return;
  untold.events[untold.at] = last;
  const moved = last.space.untold.get(last.serial);
  if (moved?.events === untold.events) moved.at = untold.at;
}

/** A flush has taken the events of a write: whatever is told from now on has larger numbers. */
export function told({ ready }: ReportWrite): void {
  for (const { space, serial } of ready) space.untold.delete(serial);
}
