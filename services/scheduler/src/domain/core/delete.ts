import { eventOf, openState } from "./core-event.js";
import type { CoreState } from "./core-state.js";
import { type EndedLook, endedEvent } from "./ended-event.js";
import { forget, letGo, parentGone } from "./ended.js";
import type { OpenJob } from "./model.js";
import type { Namespace } from "./namespace.js";
import {
  type CoreEvent,
  type Decision,
  type DeleteRecord,
  type Effects,
  type ReportWrite,
  reportWrite,
} from "./writes.js";

/** Deletes an open job, whatever it does: a running attempt is revoked, its key is free at once. */
export function deleteOpen(now: number, job: OpenJob, actor: string): Decision<true> {
  if (job.pending) return { waitFor: job.pending };
  const { space, serial, live } = job;
  const about = { previous: openState(job), attempt: live?.number ?? 0, runnerId: live?.runner.id ?? "", actor };
  space.dequeue(job);
  const write = deletion({ space, serial, job, attempt: live }, eventOf(job, "DELETED", now, openState(job), about));
  job.phase = "ending";
  job.pending = write;
  return { answer: true, writes: [write] };
}

/** Deletes a job that has ended. Whoever calls holds the job's turn, so that nobody opens it meanwhile. */
export function deleteEnded(now: number, space: Namespace, ended: EndedLook, actor: string): ReportWrite {
  const { serial } = ended.stored;
  return deletion(
    { space, serial, job: undefined, attempt: undefined },
    endedEvent(space, ended, "DELETED", now, actor),
  );
}

function deletion(record: DeleteRecord, event: CoreEvent): ReportWrite {
  return reportWrite({ deletes: [record], events: [event] });
}

/** Deletions are durable. Jobs that waited for a deleted one end as if it had been cancelled. */
export function deleted(state: CoreState, now: number, deletes: readonly DeleteRecord[], effects: Effects): void {
  for (const { space, serial, job } of deletes) {
    space.endWatches.gone(serial);
    if (!job) continue;
    job.pending = undefined;
    if (job.live) letGo(state, now, job.live, "DELETED", effects);
    forget(state, job);
    parentGone(state, now, job, effects);
  }
}
