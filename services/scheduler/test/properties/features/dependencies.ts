import fc from "fast-check";
import { JobEventType } from "@switchyard/proto/switchyard/scheduler/v1/event_pb";
import { Dependency_OnUnsatisfied, EndReason, JobState } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { isSatisfied, type Model, type ModelJob, type Say } from "../model/model.js";
import type { SpecInit, World } from "../world/world.js";
import { type Feature, itemPart } from "./feature.js";

const { SUCCEEDED, FAILED, CANCELLED, TIMED_OUT } = JobState;

/** Jobs that wait for others: of an earlier call, or of their own. */
export const dependenciesFeature: Feature = {
  name: "dependencies",
  item: itemPart({
    oneIn: 4,
    data: fc.record({
      parents: fc.uniqueArray(fc.nat(5), { minLength: 1, maxLength: 2 }),
      satisfiedBy: fc.constantFrom<JobState[]>([], [SUCCEEDED, FAILED], [SUCCEEDED, FAILED, CANCELLED, TIMED_OUT]),
      fails: fc.boolean(),
    }),
    spec(world, { parents, satisfiedBy, fails }, place) {
      const onUnsatisfied = fails ? Dependency_OnUnsatisfied.FAIL : Dependency_OnUnsatisfied.CANCEL;
      const named = new Set<string | number>();
      for (const parent of parents) {
        const name = parentOf(world, parent, place);
        if (name !== undefined) named.add(name);
      }
      const dependencies = [...named].map((name): NonNullable<SpecInit["dependencies"]>[number] => ({
        parent: typeof name === "number" ? { case: "item", value: name } : { case: "jobId", value: name },
        ...{ satisfiedBy, onUnsatisfied },
      }));
      return { dependencies };
    },
  }),
  endings: {
    [EndReason.PARENT]: (model, job, _event, say) => {
      const failed = job.parents.filter((parent) => hasFailed(model, parent));
      if (failed.length === 0) say("ended by a parent, and each has ended well or not at all");
      return failed.map(({ otherwise }) => otherwise);
    },
  },
  watch: (model, job, event, say) => {
    // One that was opened again does not wait for its parents again.
    if (job.parents.length === 0 || job.reopen > 0) return;
    const isReady = event.type === JobEventType.READY || event.type === JobEventType.CLAIMED;
    const isFree = event.type === JobEventType.SUBMITTED && event.state !== JobState.BLOCKED;
    if (isReady || isFree) everyParentIsSatisfied(model, job, say);
  },
};

/** An item of the call before this one, if there is one, else a job that was acknowledged. */
function parentOf(world: World, choice: number, place: number): string | number | undefined {
  return choice < 2 && place > 0 ? (choice * 7) % place : world.job(choice);
}

function everyParentIsSatisfied(model: Model, job: ModelJob, say: Say): void {
  for (const parent of job.parents)
    if (!isSatisfied(model, parent))
      say(`goes on although parent ${model.jobs.get(parent.id ?? "")?.item?.mark} has not ended so`);
}

/** Whether a parent has ended in a state that fails its child, or may have. */
function hasFailed({ jobs }: Model, { id, satisfiedBy }: ModelJob["parents"][number]): boolean {
  return id === undefined || (jobs.get(id)?.ends.some((end) => !satisfiedBy.includes(end)) ?? false);
}
