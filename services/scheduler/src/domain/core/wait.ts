import type { CoreState } from "./core-state.js";
import { endWaiting } from "./end.js";
import type { OpenJob } from "./model.js";
import type { Effects } from "./writes.js";

/**
 * Puts an open job, about which no write is on the way, where it waits: aside until its parents have ended or its time has come, or into
 * its lane. One whose parent failed it ends.
 */
export function waitInLine(state: CoreState, now: number, job: OpenJob, effects: Effects): void {
  watchStart(state, job);
  if (job.failedParent) {
    job.phase = "blocked";
    job.space.stand(job, "blocked");
    effects.writes.push(endForParent(now, job));
  } else if (job.openParents > 0) {
    job.phase = "blocked";
    job.space.stand(job, "blocked");
  } else if (job.readyAt > now) {
    job.phase = "scheduled";
    job.readyTimer = state.timers.add(job.readyAt, { type: "ready", job });
    job.space.stand(job, "scheduled");
  } else {
    job.readyAt = 0;
    job.phase = "queued";
    effects.lanes.add(job.space.enqueue(job));
  }
}

/** The time to be started runs from the creation, or from the last reopening, until the first claim. */
function watchStart(state: CoreState, job: OpenJob): void {
  const { scheduleToStartMs } = job.shape.policy;
  if (scheduleToStartMs === 0 || wasClaimed(job)) return;
  const from = job.reopened?.at ?? job.createdMicros / 1_000;
  job.startTimer ??= state.timers.add(from + scheduleToStartMs, { type: "not-started", job });
}

/** Whether a runner has had the job, since it was reopened if it was. */
export function wasClaimed({ attempt, reopened }: OpenJob): boolean {
  return attempt > (reopened?.attempt ?? 0);
}

function endForParent(now: number, job: OpenJob) {
  const edge = job.failedParent;
  const message = `Job ${edge?.parent ?? 0} of the namespace, which this one waits for, did not end as it has to.`;
  return endWaiting(now, job, { state: edge?.otherwise ?? "CANCELLED", reason: "PARENT", message, actor: "" });
}
