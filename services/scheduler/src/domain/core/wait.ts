import type { CoreState } from "./core-state.js";
import { addRelease, type Effects } from "./effects.js";
import { endWaiting } from "./end.js";
import type { OpenJob } from "./model.js";
import { releaseOf } from "./release.js";
import type { ReleaseRecord } from "./writes.js";

/**
 * Puts an open job, about which no write is on the way, where it waits: aside until its parents have ended and its time has come, or into
 * its lane. One whose parent failed it ends.
 *
 * That a parent has ended, or the time has come, is stored before the job goes on. So its `READY` comes before whatever follows from it and exactly once,
 * over changes of owner too; and a parent that is deleted or opened again later means nothing to a job that it had let go.
 */
export function waitInLine(state: CoreState, now: number, job: OpenJob, effects: Effects): void {
  watchStart(state, job);
  const blocked = job.storedParents.length > 0 || job.failedParent !== undefined;
  if (!blocked && job.readyAt === 0) {
    job.phase = "queued";
    effects.lanes.add(job.space.enqueue(job));
    return;
  }
  job.phase = blocked ? "blocked" : "scheduled";
  job.space.stand(job, job.phase);
  if (job.failedParent) effects.writes.push(endForParent(now, job));
  else if (job.parents.length < job.storedParents.length || (!blocked && job.readyAt <= now))
    addRelease(effects, now, releaseOf(now, job));
  else if (!blocked) job.readyTimer = state.timers.add(job.readyAt, { type: "ready", job });
}

/** Releases are durable: the jobs wait for less, or for a runner only. */
export function released(state: CoreState, now: number, releases: readonly ReleaseRecord[], effects: Effects): void {
  for (const { job, parents, readyAt } of releases) {
    job.pending = undefined;
    job.storedParents = parents;
    job.readyAt = readyAt;
    waitInLine(state, now, job, effects);
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
