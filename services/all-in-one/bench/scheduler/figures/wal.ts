import { checkOpen } from "../measure/check-open.js";
import type { Figure } from "./figure.js";
import { batchLoad } from "./steady.js";

/** Bytes of WAL from submit to end, with a result wherever the queue keeps one. */
export const wal: Figure = {
  name: "wal",
  values: [
    {
      ...{ key: "", title: "WAL per job, whole life, with result", unit: "B", better: "lower" },
      bar: { against: "pg-boss", atLeast: 0.5, goal: 0.35 },
    },
  ],
  takesPart: (name) => name !== "bullmq-redis",
  async measure(contender, run) {
    const { submitter, worker } = contender;
    const jobs = run.jobs(80, 4) * 250;
    await run.server.admin.query("checkpoint");
    const before = await run.server.walBytes();
    await worker.work("results");
    await submitter.submit({ ...batchLoad, jobs });
    await worker.finished(jobs);
    const after = await run.server.walBytes();
    await worker.stopWork();
    await checkOpen(contender, 0);
    return { values: { "": (after - before) / jobs } };
  },
};
