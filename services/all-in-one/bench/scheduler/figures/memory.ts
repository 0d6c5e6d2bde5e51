import { fillTo } from "./fill.js";
import { controlsOf, type Figure, onlyOurs } from "./figure.js";

/** Memory of the process of the services with many jobs waiting: as it was filled, and after a restart, which leaves recent inputs out. */
export const memory: Figure = {
  name: "memory",
  values: [
    {
      ...{
        key: "",
        title: "memory with 1,000,000 waiting, above the base, after a restart",
        unit: "MB",
        better: "lower",
      },
      bar: { against: "nothing", atLeast: 250, goal: 180 },
    },
    {
      key: "filled",
      title: "the same in the process that took them, recent inputs cached",
      unit: "MB",
      better: "lower",
    },
    { key: "base", title: "in use when empty", unit: "MB", better: "lower" },
    { key: "resident", title: "resident with 1,000,000 waiting, after a restart", unit: "MB", better: "lower" },
  ],
  takesPart: onlyOurs,
  leaves: "much",
  async measure(contender, run) {
    const ours = controlsOf(contender);
    // What every process has that has worked for a while: compiled code, prepared statements, connections.
    await contender.submitter.submit({ callers: 64, size: 1, jobs: run.jobs(20_000, 200) });
    await contender.worker.work("bulk");
    await contender.worker.finished(run.jobs(20_000, 200));
    await contender.worker.stopWork();
    const base = await ours.memory();
    await fillTo(contender, run.jobs(1_000_000, 2_000));
    const filled = await ours.memory();
    await ours.restart();
    const restarted = await ours.memory();
    return {
      values: {
        "": restarted.used - base.used,
        filled: filled.used - base.used,
        base: base.used,
        resident: restarted.resident,
      },
    };
  },
};
