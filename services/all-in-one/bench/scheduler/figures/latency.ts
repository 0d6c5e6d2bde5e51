import { quantile } from "../measure/median.js";
import { perJob } from "../measure/run-context.js";
import type { Bar, Figure } from "./figure.js";

interface Pace {
  readonly name: string;
  readonly title: string;
  readonly everyMs: number;
  readonly jobs: number;
  readonly p50: Bar;
  readonly p99: Bar;
}

/** Milliseconds between two jobs while everybody warms up. A lone job meets code that a burst hardly uses: after a hundred of them it still ran uncompiled. */
const warmEveryMs = 5;

/** From before the submit until the handler begins, at a pace that leaves the queue empty. */
function latencyFigure({ name, title, everyMs, jobs, p50, p99 }: Pace): Figure {
  return {
    name,
    values: [
      { key: "p50", title: `${title}, p50`, unit: "ms", better: "lower", bar: p50 },
      { key: "p99", title: `${title}, p99`, unit: "ms", better: "lower", bar: p99 },
    ],
    async measure(contender, run) {
      const { submitter, worker } = contender;
      await worker.work("latency");
      const warm = run.jobs(3_000, 10);
      await submitter.pace({ jobs: warm, everyMs: warmEveryMs });
      const count = run.jobs(jobs, 20);
      const { cpu } = await run.timed(contender, () => submitter.pace({ jobs: count, everyMs }));
      await worker.finished(warm + count);
      const delays = (await worker.delays()).slice(warm);
      await worker.stopWork();
      return { values: { p50: quantile(delays, 0.5), p99: quantile(delays, 0.99) }, cpu: perJob(cpu, count) };
    },
  };
}

/** One job every now and then. */
export const latencyIdle = latencyFigure({
  ...{ name: "latency-idle", title: "submit to handler start, idle", everyMs: 20, jobs: 500 },
  p50: { against: "postgres-peer", atLeast: 0.7, goal: 0.5 },
  p99: { against: "postgres-peer", atLeast: 1.3, goal: 1 },
});

/** A light load. */
export const latencyLight = latencyFigure({
  ...{ name: "latency-200", title: "submit to handler start, 200 jobs/s", everyMs: 5, jobs: 2_000 },
  p50: { against: "postgres-peer", atLeast: 1, goal: 0.8 },
  p99: { against: "postgres-peer", atLeast: 1.6, goal: 1.1 },
});
