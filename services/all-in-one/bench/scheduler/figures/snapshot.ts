import { setTimeout as sleep } from "node:timers/promises";
import { createPool } from "@switchyard/postgres";
import { startSteadyState } from "../measure/steady-rate.js";
import type { Figure } from "./figure.js";
import { batchLoad } from "./steady.js";

/** Throughput while another connection keeps an old snapshot, which keeps dead rows: against the same load before. */
export const snapshot: Figure = {
  name: "snapshot",
  values: [
    {
      ...{ key: "", title: "throughput after a snapshot was held for 60 s, of before", unit: "x", better: "higher" },
      bar: { against: "nothing", atLeast: 0.9, goal: 0.97 },
    },
    { key: "before", title: "the same, before", unit: "jobs/s", better: "higher" },
    { key: "after", title: "the same, after", unit: "jobs/s", better: "higher" },
  ],
  // The snapshot has to be one of the queue's own database.
  takesPart: (name) => name !== "bullmq-redis",
  leaves: "much",
  async measure(contender, run) {
    const holder = createPool({
      url: contender.databaseUrl ?? "",
      max: 1,
      applicationName: "holder",
      transactionTimeoutMs: 0,
    });
    try {
      const state = await startSteadyState(contender, run, batchLoad);
      const before = await state.measure(run.seconds(5));
      const connection = await holder.connect();
      await connection.query("begin isolation level repeatable read");
      await connection.query("select count(*) from pg_class");
      await sleep(run.seconds(60) * 1_000);
      const after = await state.measure(run.seconds(5));
      await connection.query("rollback");
      connection.release();
      await state.finish();
      return { values: { "": after.rate / before.rate, before: before.rate, after: after.rate }, cpu: after.cpu };
    } finally {
      await holder.close();
    }
  },
};
