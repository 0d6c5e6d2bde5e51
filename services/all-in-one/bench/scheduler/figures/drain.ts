import { checkOpen } from "../measure/check-open.js";
import { perJob } from "../measure/run-context.js";
import type { Figure } from "./figure.js";

/** From the start of one worker process, with everything waiting, until every end is durable. */
export const drain: Figure = {
  name: "drain",
  values: [
    {
      ...{ key: "", title: "drain of 20,000 to completion, one worker process", unit: "jobs/s", better: "higher" },
      bar: { against: "peer", atLeast: 1, goal: 1.5 },
    },
  ],
  async measure(contender, run) {
    const { submitter, worker } = contender;
    const once = async (jobs: number) => {
      await submitter.submit({ callers: 1, size: Math.min(1_000, jobs), jobs });
      await run.server.admin.query("checkpoint");
      return run.timed(contender, async () => {
        const begun = await worker.work("bulk");
        const ended = await worker.finished(jobs);
        return (ended.at - begun.at) / 1_000;
      });
    };
    const jobs = run.jobs(20, 1) * 1_000;
    // As often as it takes the compiler to be done with the code of every contender: services run for weeks.
    for (let i = 0; i < 3; i++) {
      await once(jobs);
      await worker.stopWork();
    }
    const { result: seconds, cpu } = await once(jobs);
    await worker.stopWork();
    await checkOpen(contender, 0);
    return { values: { "": jobs / seconds }, cpu: perJob(cpu, jobs) };
  },
};
