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
  const { concurrencyKeys = [], rateKeys = [], order } = item?.spec ?? {};
  return concurrencyKeys.length > 0 || rateKeys.length > 0 || order?.rankBy?.case === "relative";
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

function compare(evidence: Evidence, a: ModelJob, b: ModelJob): number {
  const keys = [a, b].map(({ id, item }) => {
    const { rankClass = 0, rankBy } = item?.spec.order ?? {};
    const rank = rankBy?.case === "rank" ? (rankBy.value as number) : 0;
    return [rankClass, rank, Number(evidence.jobs.get(id)?.serial ?? 0n)] as const;
  });
  const [first, second] = keys as [readonly [number, number, number], readonly [number, number, number]];
  return first[0] - second[0] || first[1] - second[1] || first[2] - second[2];
}
