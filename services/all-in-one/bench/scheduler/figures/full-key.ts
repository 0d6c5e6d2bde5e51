import { checkOpen } from "../measure/check-open.js";
import { measureSteadyRate } from "../measure/steady-rate.js";
import { fillTo } from "./fill.js";
import { controlsOf, type Figure, onlyOurs } from "./figure.js";
import { batchLoad } from "./steady.js";

const key = "full";
const heldKind = "bench.held";

/** Throughput of other jobs while many wait for a key whose only seat is taken: against the same without them. */
export const fullKey: Figure = {
  name: "full-key",
  values: [
    {
      ...{ key: "", title: "throughput with 100,000 jobs behind one full key, of before", unit: "x", better: "higher" },
      bar: { against: "nothing", atLeast: 0.95, goal: 1 },
    },
    { key: "before", title: "the same, before", unit: "jobs/s", better: "higher" },
    { key: "after", title: "the same, after", unit: "jobs/s", better: "higher" },
  ],
  takesPart: onlyOurs,
  leaves: "much",
  async measure(contender, run) {
    const { client } = controlsOf(contender);
    await client.limit({ key, seats: 1 });
    await fillTo(contender, 1, { kind: heldKind, concurrencyKey: key });
    await client.hold(heldKind);
    await measureSteadyRate(contender, run, batchLoad);
    const before = await measureSteadyRate(contender, run, batchLoad);
    const behind = 1 + run.jobs(100_000, 1_000);
    await fillTo(contender, behind, { concurrencyKey: key });
    const after = await measureSteadyRate(contender, run, batchLoad);
    await checkOpen(contender, behind);
    return { values: { "": after.rate / before.rate, before: before.rate, after: after.rate }, cpu: after.cpu };
  },
};
