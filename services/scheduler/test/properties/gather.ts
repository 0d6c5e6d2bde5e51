import type { JobEvent } from "@switchyard/proto/switchyard/scheduler/v1/event_pb";
import { type Job, JobView } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { SubmittedJob_Disposition } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import type { Queue } from "@switchyard/proto/switchyard/scheduler/v1/queue_service_pb";
import type { Evidence } from "./model/evidence.js";
import { watchOn } from "./world/follower.js";
import type { World } from "./world/world.js";

/** Reads everything that can be read of a sequence that is over. */
export async function gather(world: World, drained: boolean): Promise<Evidence> {
  const { namespace, history, items, follower } = world;
  const list = await world.call("listJobs", { namespace, pageSize: 1_000, view: JobView.FULL });
  const jobs = new Map((list?.jobs ?? []).map((job) => [job.id, job]));
  const known = await readQueues(world);
  const last = known.reduce((latest, { version }) => (version > latest ? version : latest), 0n);
  const events = drained ? await readEvents(world, last) : follower.events;
  await follower.reach(events.at(-1)?.sequence ?? 0n);
  await follower.stop();
  return {
    namespace,
    history,
    items,
    jobs,
    events,
    drained,
    marks: marksOf(world, jobs),
    standIns: standInsOf(world),
    followed: follower.events,
    followedAt: follower.ticks,
    queues: known,
    held: await countHeld(world),
  };
}

/** All events up to a number, read anew from the beginning. Ends without the last ones when they do not come. */
async function readEvents({ arena, namespace }: World, last: bigint): Promise<readonly JobEvent[]> {
  const events: JobEvent[] = [];
  if (last === 0n) return events;
  for await (const answer of watchOn(arena, { namespace }, AbortSignal.timeout(10_000))) {
    events.push(...answer.events);
    if (answer.sequence >= last) break;
  }
  return events;
}

async function readQueues(world: World): Promise<readonly Queue[]> {
  return (await world.call("listQueues", { namespace: world.namespace, pageSize: 1_000 }))?.queues ?? [];
}

async function countHeld(world: World): Promise<number> {
  const renewals = [...world.runners].map((runnerId) => ({ namespace: world.namespace, runnerId }));
  const answer = await world.call("renewLeases", { renewals });
  return (answer?.results ?? []).reduce((sum, { held }) => sum + held.length, 0);
}

/** Which item became which job. One that is not there any more is known from the answer to its submit, if that arrived. */
function marksOf({ history }: World, jobs: ReadonlyMap<string, Job>): Map<string, string> {
  const marks = new Map<string, string>();
  for (const { request, answer } of history.of("submitJobs")) {
    for (const [i, { jobId, disposition }] of (answer?.jobs ?? []).entries()) {
      const spec = request.items?.[i]?.spec;
      if (!spec?.reuse || disposition === SubmittedJob_Disposition.CREATED) marks.set(jobId, spec?.subject ?? "");
    }
  }
  for (const { id, spec } of jobs.values()) marks.set(id, spec?.subject ?? "");
  return marks;
}

/** Which job each item was answered with. */
function standInsOf({ history }: World): Map<string, string> {
  const jobs = new Map<string, string>();
  for (const { request, answer } of history.of("submitJobs"))
    for (const [i, { jobId }] of (answer?.jobs ?? []).entries())
      jobs.set(request.items?.[i]?.spec?.subject ?? "", jobId);
  return jobs;
}
