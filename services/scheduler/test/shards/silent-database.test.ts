import { setTimeout as sleep } from "node:timers/promises";
import { eventually, repeatAfterStalls, type TestDatabase } from "@switchyard/testkit";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createSchedulerDatabase, item } from "../setup.js";
import { createReplicas } from "./replicas.js";

let database: TestDatabase;

beforeAll(async () => {
  database = await createSchedulerDatabase();
});
afterAll(async () => {
  await database.drop();
});

// A database that is cut off without a sign: of itself a connection would wait for its answer for a quarter of an hour.
it(
  "a replica whose database was silent for a while answers again soon, though nothing told it that answers were lost",
  { timeout: 300_000 },
  () =>
    repeatAfterStalls(async () => {
      const shardLeaseMs = 3_000;
      const replicas = createReplicas(1, database);
      const replica = await replicas.start("only", { shardLeaseMs });
      try {
        const submit = () => replica.jobs.submitJobs({ namespace: "silent", items: [item()] }, { timeoutMs: 2_000 });
        await eventually(submit);
        replica.silence(true);
        // Longer than a lease, so that the answer to a renewal is lost for certain, and the lease with it.
        await sleep(1.5 * shardLeaseMs);
        await expect(submit()).rejects.toThrow();
        replica.silence(false);
        await eventually(submit, { timeoutMs: 3 * shardLeaseMs });
      } finally {
        replica.silence(false);
        await replicas.stop();
      }
    }),
);
