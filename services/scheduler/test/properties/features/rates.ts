import fc from "fast-check";
import { JobEventType } from "@switchyard/proto/switchyard/scheduler/v1/event_pb";
import { timeOf } from "../model/model.js";
import { type Feature, itemPart, type Rule } from "./feature.js";

const key = "rate";
const ratePerSecond = 2;
const burst = 2;

/** A key whose tokens bound how many of its jobs start per time, over all changes of owner. */
export const ratesFeature: Feature = {
  name: "rates",
  item: itemPart({ oneIn: 3, data: fc.constant(key), spec: (_, name) => ({ rateKeys: [name] }) }),
  setUp: async (world) => {
    await world.call("setLimits", { namespace: world.namespace, limits: [{ key, ratePerSecond, burst }] });
  },
  rules: [ratesAreKept],
};

/** In no span of time begin more attempts than the bucket held and was given in it. */
function ratesAreKept({ evidence, model }: Parameters<Rule>[0], say: Parameters<Rule>[1]): void {
  const times = evidence.events
    .filter(
      ({ type, jobId }) => type === JobEventType.CLAIMED && model.jobs.get(jobId)?.item?.spec.rateKeys?.includes(key),
    )
    .map(timeOf)
    .sort((a, b) => a - b);
  for (const [i, from] of times.entries()) {
    for (const [j, to] of times.entries()) {
      const most = burst + ((to - from) / 1_000) * ratePerSecond;
      if (j >= i && j - i + 1 > most + 1e-6)
        say(`${j - i + 1} starts within ${to - from} ms; at most ${most} are allowed`);
    }
  }
}
