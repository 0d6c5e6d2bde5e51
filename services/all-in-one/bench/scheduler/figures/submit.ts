import { perJob } from "../measure/run-context.js";
import { checkOpen } from "../measure/check-open.js";
import type { Load } from "../driver/submit-commands.js";
import type { Bar, Figure } from "./figure.js";

/** Submits of many callers, and nobody who works. */
function submitFigure(name: string, title: string, load: Load, bar: Bar): Figure {
  return {
    name,
    values: [{ key: "", title, unit: "jobs/s", better: "higher", bar }],
    leaves: "waiting jobs",
    async measure(contender, run) {
      const { submitter } = contender;
      await submitter.submit({ ...load, seconds: run.seconds(4) });
      const openBefore = await submitter.openJobs();
      const { result, cpu } = await run.timed(contender, () => submitter.submit({ ...load, seconds: run.seconds(3) }));
      await checkOpen(contender, openBefore + result.jobs);
      return { values: { "": result.jobs / result.seconds }, cpu: perJob(cpu, result.jobs) };
    },
  };
}

/** Single submits that share calls where the library can do that. */
export const submitSingle = submitFigure(
  "submit-64",
  "single submits, 64 callers, coalesced by the library",
  { callers: 64, size: 1 },
  { against: "postgres-peer", atLeast: 12, goal: 16 },
);

/** Single submits, each a call of its own. */
export const submitPlain = submitFigure(
  "submit-16-plain",
  "single submits, 16 plain unary callers",
  { callers: 16, size: 1, plain: true },
  { against: "postgres-peer", atLeast: 1.5, goal: 2 },
);

/** Batches. */
export const submitBatch = submitFigure(
  "submit-batch",
  "batch submits of 1,000, 4 callers",
  { callers: 4, size: 1_000 },
  { against: "peer", atLeast: 1.2, goal: 1.7 },
);
