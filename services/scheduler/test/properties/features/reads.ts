import fc from "fast-check";
import { JobState, JobView } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import type { World } from "../world/world.js";
import { command, type Feature, type Rule } from "./feature.js";

/** Reads: of one job, of lists, of counts. What they tell is checked by `rules/learn.ts`. */
export const readsFeature: Feature = {
  name: "reads",
  commands: [
    command({
      name: "read",
      weight: 1,
      data: fc.record({ back: fc.nat(7), view: fc.constantFrom(JobView.BASIC, JobView.FULL) }),
      async run(world, { back, view }) {
        const jobId = world.job(back);
        if (jobId) await readJob(world, jobId, view);
      },
    }),
    command({
      name: "list",
      weight: 0.5,
      data: fc.record({
        states: fc.constantFrom<JobState[]>(
          [],
          [JobState.QUEUED],
          [JobState.RUNNING],
          [JobState.SUCCEEDED, JobState.FAILED],
        ),
      }),
      async run(world, { states }) {
        await world.call("listJobs", { namespace: world.namespace, filter: { states }, pageSize: 1_000 });
      },
    }),
  ],
  rules: [listsShowWhatTheyFilter],
};

/** Reads one job. */
function readJob(world: World, jobId: string, view: JobView) {
  return world.call("getJob", { namespace: world.namespace, by: { case: "jobId", value: jobId }, view });
}

/** Reads every job that was acknowledged. */
export async function readAll(world: World): Promise<void> {
  await Promise.all(world.jobIds.map((jobId) => readJob(world, jobId, JobView.FULL)));
}

function listsShowWhatTheyFilter({ evidence }: Parameters<Rule>[0], say: Parameters<Rule>[1]): void {
  for (const { request, answer } of evidence.history.of("listJobs")) {
    const states = request.filter?.states ?? [];
    const ids = (answer?.jobs ?? []).map(({ id }) => id);
    if (new Set(ids).size !== ids.length) say("a list shows a job twice");
    for (const { state } of answer?.jobs ?? []) {
      if (states.length > 0 && !states.includes(state)) say(`a list of other states shows a job in ${JobState[state]}`);
    }
  }
}
