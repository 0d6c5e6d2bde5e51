import { durationFromMs } from "@bufbuild/protobuf/wkt";
import { Outcome_Kind } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { JobState } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { claim, profiles } from "./features/claims.js";
import { drainRunner } from "./features/order.js";
import { renew } from "./features/renewals.js";
import type { World } from "./world/world.js";
import { pause } from "./world/history.js";

const openStates = [JobState.BLOCKED, JobState.SCHEDULED, JobState.QUEUED, JobState.RUNNING];

/** Longest time that the end of all jobs may take, ms. It bounds a run that is stuck; one that is not takes a few hundred. */
const patienceMs = 60_000;

/**
 * Lets every job end: all runners leave, and one that can do everything takes what there is until nothing is open, while the clock goes on. Says
 * whether that was reached.
 */
export async function drain(world: World): Promise<boolean> {
  for (const runnerId of world.runners) await renew(world, { runnerId, leave: true });
  const deadline = performance.now() + patienceMs;
  while (performance.now() < deadline) {
    const open = await world.call("listJobs", {
      ...{ namespace: world.namespace, filter: { states: openStates }, pageSize: 1_000 },
    });
    if (open && open.jobs.length === 0) return true;
    if (await work(world)) continue;
    // What is left waits for its time, or is held by somebody who is not heard of any more.
    world.arena.clock.advance(1_000);
    await pause(25);
    await renew(world, { runnerId: drainRunner, leave: true });
  }
  return false;
}

/** Takes all that can be had and does it. Says whether there was something. */
async function work(world: World): Promise<boolean> {
  const lease = durationFromMs(86_400_000);
  const leases = await claim(world, { runnerId: drainRunner, profile: profiles.all, maxJobs: 1_000, lease });
  if (leases.length === 0) return false;
  const reports = leases.map(({ jobId, attempt: value }) => ({
    namespace: world.namespace,
    attempt: { jobId, by: { case: "attempt" as const, value } },
    report: {
      case: "outcome" as const,
      value: { kind: Outcome_Kind.SUCCEEDED, message: `drained-${world.number()}` },
    },
  }));
  await world.call("reportAttempts", { reports });
  return true;
}
