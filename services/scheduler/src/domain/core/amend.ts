import { eventOf, openState } from "./core-event.js";
import type { CoreState } from "./core-state.js";
import type { OpenJob } from "./model.js";
import { waitInLine } from "./wait.js";
import {
  type AmendRecord,
  type CoreEvent,
  type Decision,
  type Effects,
  type JobBody,
  type ReportWrite,
  reportWrite,
} from "./writes.js";

/** A place in the order, as numbers. */
export interface Place {
  readonly rankClass: number;
  readonly rank: number;
  readonly weight: number;
}

/**
 * Takes an open job aside to change it. Its number and sequence stay; a running attempt is not touched, and goes on with the content it was given.
 * The new place holds when the write is durable.
 */
export function amendment(
  now: number,
  job: OpenJob,
  place: Place,
  body: JobBody | undefined,
): { record: AmendRecord; event: CoreEvent } {
  const { rankClass, rank, weight } = place;
  const record: AmendRecord = { job, revision: job.revision + 1, rankClass, rank, weight, body };
  const state = openState(job);
  const event = eventOf(job, "AMENDED", now, state, { previous: state });
  job.space.dequeue(job);
  if (!job.live && job.phase !== "admitting") job.phase = "amending";
  return { record, event };
}

/** Changes the place of an open job. */
export function reorder(
  now: number,
  job: OpenJob,
  place: Place,
  expectedRevision: number,
): Decision<{ readonly done: boolean; readonly revision: number }> {
  if (job.pending) return { waitFor: job.pending };
  if (expectedRevision > 0 && job.revision !== expectedRevision)
    return { answer: { done: false, revision: job.revision }, writes: [] };
  const { record, event } = amendment(now, job, place, undefined);
  const write: ReportWrite = reportWrite({ amends: [record], events: [event] });
  job.pending = write;
  return { answer: { done: true, revision: record.revision }, writes: [write] };
}

/** Amendments are durable: the jobs stand at their new places. Those whose parents ended, or whose time came, meanwhile are ready. */
export function amended(state: CoreState, now: number, amends: readonly AmendRecord[], effects: Effects): void {
  const events: CoreEvent[] = [];
  for (const { job, revision, ...place } of amends) {
    // A job that this write made, or opened again, was made at its place.
    if (job.phase !== "amending" && !job.live) continue;
    job.pending = undefined;
    job.revision = revision;
    job.space.place(job, place);
    if (job.phase !== "amending") continue;
    const { standing } = job;
    state.timers.cancel(job.readyTimer);
    waitInLine(state, now, job, effects);
    if (standing === "queued" || job.standing !== "queued") continue;
    events.push(eventOf(job, "READY", now, "QUEUED", { previous: standing === "blocked" ? "BLOCKED" : "SCHEDULED" }));
  }
  if (events.length > 0) effects.writes.push(reportWrite({ events }));
}
