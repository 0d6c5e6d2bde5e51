import type { Contender } from "../contenders/contender.js";
import { median } from "../measure/median.js";
import type { RunContext } from "../measure/run-context.js";
import { fillTo } from "./fill.js";
import { controlsOf, type Figure, onlyOurs } from "./figure.js";

/** Single claims, and the drain of jobs that come first, with many jobs waiting behind them: against the same with few. */
export const waiting: Figure = {
  name: "waiting",
  values: [
    {
      ...{ key: "claim", title: "claim latency, 1,000,000 waiting against 1,000", unit: "x", better: "lower" },
      bar: { against: "nothing", atLeast: 1.2, goal: 1.05 },
    },
    {
      ...{ key: "drain", title: "time of a drain, 1,000,000 waiting against 1,000", unit: "x", better: "lower" },
      bar: { against: "nothing", atLeast: 1.2, goal: 1.05 },
    },
    { key: "claim-few", title: "claim p50 with 1,000 waiting", unit: "ms", better: "lower" },
    { key: "claim-many", title: "claim p50 with 1,000,000 waiting", unit: "ms", better: "lower" },
    { key: "drain-few", title: "drain with 1,000 waiting", unit: "jobs/s", better: "higher" },
    { key: "drain-many", title: "drain with 1,000,000 waiting", unit: "jobs/s", better: "higher" },
  ],
  takesPart: onlyOurs,
  leaves: "much",
  async measure(contender, run) {
    await behind(contender, run, 1_000);
    const few = await behind(contender, run, 1_000);
    const many = await behind(contender, run, run.jobs(1_000_000, 2_000));
    return {
      values: {
        claim: many.claimMs / few.claimMs,
        drain: few.rate / many.rate,
        "claim-few": few.claimMs,
        "claim-many": many.claimMs,
        "drain-few": few.rate,
        "drain-many": many.rate,
      },
    };
  },
};

async function behind(contender: Contender, run: RunContext, waitingJobs: number) {
  const { submitter, worker } = contender;
  await fillTo(contender, waitingJobs);
  const claimMs = median(await controlsOf(contender).client.claims(run.jobs(300)));
  await fillTo(contender, waitingJobs);
  const jobs = run.jobs(20, 1) * 1_000;
  await submitter.submit({ callers: 4, size: 1_000, jobs, shape: { rankClass: -1 } });
  await run.server.admin.query("checkpoint");
  const begun = await worker.work("bulk");
  const ended = await worker.reached(jobs);
  // It has begun with those behind by now; those that it has are finished.
  await worker.stopWork();
  return { claimMs, rate: (jobs / (ended.at - begun.at)) * 1_000 };
}
