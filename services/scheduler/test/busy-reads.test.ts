import { createPool } from "@switchyard/postgres";
import { AttemptState } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { JobState } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { eventually, type TestDatabase } from "@switchyard/testkit";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createSchedulerDatabase, startScheduler, type TestScheduler } from "./setup.js";
import { testNamespace } from "./test-namespace.js";

let database: TestDatabase;
let system: TestScheduler;
beforeAll(async () => {
  database = await createSchedulerDatabase();
  system = await startScheduler(database, { poolSize: 1, shardLeaseMs: 1_500 });
});
afterAll(async () => {
  await system.stop();
  await database.drop();
});

it("a read that keeps every connection for reads busy does not cost the lease of the shard", async () => {
  const ns = testNamespace("busy-reads", () => system);
  const { jobId } = await ns.submit();
  const pool = createPool({ url: database.url, max: 1, applicationName: "test" });
  const holder = await pool.connect();
  const shard = async () =>
    (await holder.query("select epoch, lease_until::text as until from scheduler.shards where shard = 0")).rows[0] as {
      epoch: number;
      until: string;
    };
  const before = await shard();
  await holder.query("begin; lock table scheduler.jobs in access exclusive mode");
  const reading = ns.job(jobId);
  // Longer than the lease would last if it were not renewed: the renewals are a third of it apart.
  const renewals = new Set<string>();
  while (renewals.size < 6) renewals.add((await shard()).until);
  await holder.query("commit");
  expect((await reading).id).toBe(jobId);
  expect((await shard()).epoch).toBe(before.epoch);
  holder.release();
  await pool.close();
});

it("a read that an end overtakes shows the end", async () => {
  const ns = testNamespace("overtaken-reads", () => system);
  const { jobId } = await ns.submit();
  const [lease] = await ns.claim({ jobId, start: true });
  const pool = createPool({ url: database.url, max: 1, applicationName: "test" });
  const holder = await pool.connect();
  await holder.query("begin; lock table scheduler.jobs in access exclusive mode");
  const reading = ns.job(jobId);
  await eventually(async () => {
    const { rowCount } = await holder.query("select from pg_locks where not granted and locktype = 'relation'");
    expect(rowCount).toBe(1);
  });
  await ns.finish(lease ?? { jobId });
  await holder.query("commit");
  expect(await reading).toMatchObject({ state: JobState.SUCCEEDED, attempts: [{ state: AttemptState.SUCCEEDED }] });
  holder.release();
  await pool.close();
});
