import { checkOpen } from "../measure/check-open.js";
import { fillTo } from "./fill.js";
import { controlsOf, type Figure, onlyOurs } from "./figure.js";

/** A kill of the services with jobs waiting, until a new process answers. */
export const restart: Figure = {
  name: "restart",
  values: [
    {
      ...{ key: "100k", title: "scheduler ready with 100,000 open jobs", unit: "s", better: "lower" },
      bar: { against: "nothing", atLeast: 0.7, goal: 0.7 },
    },
    {
      ...{ key: "1m", title: "scheduler ready with 1,000,000 open jobs", unit: "s", better: "lower" },
      bar: { against: "nothing", atLeast: 3, goal: 3 },
    },
    { key: "100k-process", title: "the same from the start of the process, 100,000", unit: "s", better: "lower" },
    { key: "1m-process", title: "the same from the start of the process, 1,000,000", unit: "s", better: "lower" },
  ],
  takesPart: onlyOurs,
  leaves: "much",
  async measure(contender, run) {
    const after = async (open: number) => {
      await fillTo(contender, open);
      const took = await controlsOf(contender).restart();
      await checkOpen(contender, open);
      return took;
    };
    const few = await after(run.jobs(100_000, 1_000));
    const many = await after(run.jobs(1_000_000, 2_000));
    return {
      values: {
        "100k": few.scheduler,
        "1m": many.scheduler,
        "100k-process": few.process,
        "1m-process": many.process,
      },
    };
  },
};
