import fc from "fast-check";
import { QueueSettings_Sharing } from "@switchyard/proto/switchyard/scheduler/v1/queue_service_pb";
import { storyOf } from "../model/replay.js";
import { type Feature, itemPart, type Rule } from "./feature.js";
import { compare, drainRunner } from "./order.js";

/** A queue whose turns are shared between keys. */
const fairQueue = "fair";

/** Fair sharing between keys, strict order inside each. */
export const sharingFeature: Feature = {
  name: "sharing",
  item: itemPart({
    oneIn: 3,
    data: fc.constantFrom("x", "y", ""),
    spec: (_, fairnessKey) => ({ queue: fairQueue, fairnessKey }),
  }),
  setUp: async (world) => {
    const settings = { sharing: QueueSettings_Sharing.FAIR, fairnessWeights: { x: 2 } };
    await world.call("updateQueue", { namespace: world.namespace, name: fairQueue, settings });
  },
  rules: [keysAreInOrder],
};

/** Of one key, a runner that takes all there is gets the jobs in their order. */
function keysAreInOrder({ evidence, model }: Parameters<Rule>[0], say: Parameters<Rule>[1]): void {
  for (const { request, answer } of evidence.history.of("claimJobs")) {
    if (request.runnerId !== drainRunner) continue;
    const jobs = (answer?.leases ?? []).flatMap(({ jobId }) => model.jobs.get(jobId) ?? []);
    for (const key of ["x", "y", ""]) {
      const own = jobs.filter(({ item }) => item?.spec.queue === fairQueue && (item.spec.fairnessKey ?? "") === key);
      for (const [i, job] of own.entries()) {
        const before = own[i - 1];
        if (before && !hasKeys(before) && !hasKeys(job) && compare(evidence, before, job) > 0)
          say(`handed out before its turn: ${storyOf(before)}\n    ${storyOf(job)}`);
      }
    }
  }
}

function hasKeys({ item }: Parameters<typeof storyOf>[0]): boolean {
  const { concurrencyKeys = [], rateKeys = [] } = item?.spec ?? {};
  return concurrencyKeys.length > 0 || rateKeys.length > 0;
}
