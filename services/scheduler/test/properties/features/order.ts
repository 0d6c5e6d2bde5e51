import fc from "fast-check";
import type { ModelJob } from "../model/model.js";
import { storyOf } from "../model/replay.js";
import type { Evidence } from "../model/evidence.js";
import { type Feature, itemPart, type Rule } from "./feature.js";

/** The order of a queue: class, then rank, then the order of submission. */
export const orderFeature: Feature = {
  name: "order",
  item: itemPart({
    oneIn: 3,
    data: fc.record({ rankClass: fc.integer({ min: -1, max: 1 }), rank: fc.constantFrom(0, 0, -1.5, 7, 1e300) }),
    spec: (_, { rankClass, rank }) => ({ order: { rankClass, rankBy: { case: "rank", value: rank } } }),
  }),
  rules: [drainsAreInOrder],
};

/** Whether the job's turn depends on something else than its order. */
function hasOtherGates({ item }: ModelJob): boolean {
  const { concurrencyKeys = [], rateKeys = [], fairnessKey } = item?.spec ?? {};
  // A queue that shares fairly has turns of its own; see `sharing.ts`.
  return concurrencyKeys.length > 0 || rateKeys.length > 0 || fairnessKey !== undefined;
}

/**
 * A runner that takes all there is, alone, gets the jobs in their order, and those that were seen waiting before it asked without exception. The
 * drain at the end of a sequence is such a runner.
 */
function drainsAreInOrder({ evidence, model }: Parameters<Rule>[0], say: Parameters<Rule>[1]): void {
  for (const { request, answer } of evidence.history.of("claimJobs")) {
    if (request.runnerId !== drainRunner || !answer) continue;
    const jobs = answer.leases.flatMap(({ jobId }) => model.jobs.get(jobId) ?? []).filter((job) => !hasOtherGates(job));
    for (const [i, job] of jobs.entries()) {
      const before = jobs[i - 1];
      if (before && compare(evidence, before, job) > 0)
        say(`handed out before its turn: ${storyOf(before)}\n    ${storyOf(job)}`);
    }
  }
}

/** The runner of the drain. */
export const drainRunner = "drain";

/** Compares the places of two jobs. */
export function compare(evidence: Evidence, a: ModelJob, b: ModelJob): number {
  const [first, second] = [placeOf(evidence, a), placeOf(evidence, b)];
  return first[0] - second[0] || first[1] - second[1] || first[2] - second[2];
}

/** Class, rank and number, as they are in the end: nobody changes them once the drain has begun. */
function placeOf({ jobs }: Evidence, { id }: ModelJob): readonly [number, number, number] {
  const job = jobs.get(id);
  const { rankClass = 0, rankBy } = job?.spec?.order ?? {};
  return [rankClass, rankBy?.case === "rank" ? rankBy.value : 0, Number(job?.serial ?? 0n)];
}
