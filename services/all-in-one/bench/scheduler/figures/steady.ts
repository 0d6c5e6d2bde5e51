import type { Load } from "../driver/submit-commands.js";
import { measureSteadyRate } from "../measure/steady-rate.js";
import type { Bar, Figure } from "./figure.js";

/** Submitters and one worker process together. */
function steadyFigure(name: string, title: string, load: Load, bar: Bar): Figure {
  return {
    name,
    values: [{ key: "", title, unit: "jobs/s", better: "higher", bar }],
    async measure(contender, run) {
      const { rate, cpu } = await measureSteadyRate(contender, run, load);
      return { values: { "": rate }, cpu };
    },
  };
}

/** The load of figures that compare a service with itself. */
export const batchLoad: Load = { callers: 4, size: 250 };

/** Single submits. */
export const steadySingle = steadyFigure(
  "steady-64",
  "steady state, 64 single submitters and a worker process",
  { callers: 64, size: 1 },
  { against: "postgres-peer", atLeast: 6, goal: 8 },
);

/** Batches. */
export const steadyBatch = steadyFigure(
  "steady-batch",
  "steady state, submits of 250, 4 callers, and a worker process",
  batchLoad,
  { against: "peer", atLeast: 1.2, goal: 1.8 },
);
