import { eventOf, openState } from "./core-event.js";
import type { CoreState } from "./core-state.js";
import type { Effects } from "./effects.js";
import { type EndedLook, endedEvent } from "./ended-event.js";
import type { EndFacts } from "./end-facts.js";
import { endParent, forget, letGo } from "./ended.js";
import type { OpenJob } from "./model.js";
import type { Namespace } from "./namespace.js";
import { type CoreEvent, type Decision, type DeleteRecord, type ReportWrite, reportWrite } from "./writes.js";

/** Deletes an open job, whatever it does: a running attempt is revoked, its key is free at once. */
export function deleteOpen(now: number, job: OpenJob, actor: string): Decision<true> {
  if (job.pending) return { waitFor: job.pending };
  const { space, serial, bucket, live } = job;
  const about = { previous: openState(job), attempt: live?.number ?? 0, runnerId: live?.runner.id ?? "", actor };
  space.dequeue(job);
  const event = eventOf(job, "DELETED", now, openState(job), about);
  const write = deletion({ space, serial, bucket, job, attempt: live }, event);
  job.phase = "ending";
  job.pending = write;
  return { answer: true, writes: [write] };
}

/** Deletes a job that has ended, and takes its end out of the sums. Whoever calls holds the job's turn, so that nobody opens it meanwhile. */
export function deleteEnded(
  now: number,
  space: Namespace,
  ended: EndedLook,
  facts: EndFacts | undefined,
  actor: string,
): ReportWrite {
  const { serial, bucket } = ended.stored;
  return deletion(
    { space, serial, bucket, job: undefined, attempt: undefined },
    endedEvent(space, ended, "DELETED", now, actor, facts),
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
    endParent(state, now, job, "CANCELLED", effects);
  }
}
