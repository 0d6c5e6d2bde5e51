import { setTimeout as sleep } from "node:timers/promises";
import type { Contender, CpuTimes } from "../contenders/contender.js";
import type { WorkMode } from "../driver/queue.js";
import type { Load } from "../driver/submit-commands.js";
import { checkOpen } from "./check-open.js";
import { perJob, type RunContext } from "./run-context.js";

/** Jobs that may have been submitted and not done: enough for full batches, few enough that the state is steady. */
const backlog = 10_000;

/** Submitters and workers that run together. */
export interface SteadyState {
  /** Jobs done per second, and the CPU time of one, over a while from now. */
  measure(seconds: number): Promise<{ readonly rate: number; readonly cpu: CpuTimes }>;
  /** Stops the submitters and waits until everything is done; answers how many jobs that were. */
  finish(): Promise<number>;
}

/** Starts submitters and workers of a contender and lets them get into their stride. */
export async function startSteadyState(
  contender: Contender,
  run: RunContext,
  load: Load,
  mode: WorkMode = "steady",
): Promise<SteadyState> {
  const { submitter, worker } = contender;
  await worker.work(mode);
  await submitter.feed({ ...load, backlog });
  await sleep(run.seconds(5, 0.5) * 1_000);
  return {
    async measure(seconds) {
      const { result, cpu } = await run.timed(contender, async () => {
        const first = await worker.handled();
        await sleep(seconds * 1_000);
        const last = await worker.handled();
        return { jobs: last.jobs - first.jobs, seconds: (last.at - first.at) / 1_000 };
      });
      return { rate: result.jobs / result.seconds, cpu: perJob(cpu, result.jobs) };
    },
    async finish() {
      const { jobs } = await submitter.stopFeed();
      await worker.finished(jobs);
      await worker.stopWork();
      return jobs;
    },
  };
}

/** Measures one steady state from begin to end, and that nothing was lost in it. */
export async function measureSteadyRate(
  contender: Contender,
  run: RunContext,
  load: Load,
): Promise<{ readonly rate: number; readonly cpu: CpuTimes }> {
  const openBefore = await contender.submitter.openJobs();
  const state = await startSteadyState(contender, run, load);
  const measured = await state.measure(run.seconds(4, 0.5));
  await state.finish();
  await checkOpen(contender, openBefore);
  return measured;
}
