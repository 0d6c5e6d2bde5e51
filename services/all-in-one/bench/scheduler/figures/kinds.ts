import { measureSteadyRate } from "../measure/steady-rate.js";
import { fillTo } from "./fill.js";
import { type Figure, onlyOurs } from "./figure.js";
import { batchLoad } from "./steady.js";

/** Throughput while jobs wait that are all of different kinds, which nobody does: against the same without them. */
export const kinds: Figure = {
  name: "kinds",
  values: [
    {
      ...{ key: "", title: "throughput with 1,000,000 jobs of as many kinds waiting, of before", unit: "x" },
      ...{ better: "higher", bar: { against: "nothing", atLeast: 0.8, goal: 1 } },
    },
    { key: "before", title: "the same, before", unit: "jobs/s", better: "higher" },
    { key: "after", title: "the same, after", unit: "jobs/s", better: "higher" },
  ],
  takesPart: onlyOurs,
  leaves: "much",
  async measure(contender, run) {
    await measureSteadyRate(contender, run, batchLoad);
    const before = await measureSteadyRate(contender, run, batchLoad);
    await fillTo(contender, run.jobs(1_000_000, 2_000), { kind: "other.#" });
    const after = await measureSteadyRate(contender, run, batchLoad);
    return { values: { "": after.rate / before.rate, before: before.rate, after: after.rate }, cpu: after.cpu };
  },
};
