import { isRetryable, reasonOf } from "@switchyard/errors";
import { createPool, type Pool } from "@switchyard/postgres";
import { eventually, type TestDatabase } from "@switchyard/testkit";
import { pino } from "pino";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createSchedulerDatabase, startScheduler, type TestScheduler } from "./setup.js";
import { testNamespace } from "./test-namespace.js";

let database: TestDatabase;
let system: TestScheduler;
let pool: Pool;
const ns = testNamespace("cut-reads", () => system);

beforeAll(async () => {
  database = await createSchedulerDatabase();
  system = await startScheduler(database);
  pool = createPool({ url: database.url, applicationName: "cut-reads-test", log: pino({ level: "silent" }) });
});
afterAll(async () => {
  await pool.close();
  await system.stop();
  await database.drop();
});

/** Reads while nobody may, and ends the reader's connection. */
async function cut(read: () => Promise<unknown>): Promise<unknown> {
  const locker = await pool.connect();
  try {
    await locker.query("begin; lock table scheduler.jobs, scheduler.events in access exclusive mode");
    const failed = read().catch((error: unknown) => error);
    await eventually(async () => {
      const { rowCount } = await pool.query(
        `select pg_terminate_backend(pid) from pg_stat_activity
         where datname = current_database() and application_name = 'scheduler' and wait_event_type = 'Lock'`,
      );
      expect(rowCount).toBe(1);
    });
    return await failed;
  } finally {
    await locker.query("rollback");
    locker.release();
  }
}

it("a read whose connection breaks may be repeated", async () => {
  const { jobId } = await ns.submit();
  await ns.run(jobId);
  const error = await cut(() => ns.job(jobId));
  expect(reasonOf(error)).toBe("STORAGE_UNAVAILABLE");
  expect(isRetryable(error)).toBe(true);
  expect((await ns.job(jobId)).id).toBe(jobId);
});

it("so may a watch whose replay breaks", async () => {
  const read = async () => {
    for await (const _ of system.jobs.watchJobs({ namespace: "cut-reads", afterSequence: 0n })) return;
  };
  expect(reasonOf(await cut(read))).toBe("STORAGE_UNAVAILABLE");
});
