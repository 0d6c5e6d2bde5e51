import { createPool, type Pool } from "@switchyard/postgres";
import { SubmittedJob_Disposition } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import { eventually, type TestDatabase } from "@switchyard/testkit";
import { pino } from "pino";
import { afterAll, beforeAll, expect, it } from "vitest";
import { dayAt, dayMs } from "../src/domain/core/retention-bucket.js";
import {
  createSchedulerDatabase,
  item,
  createMovableClock,
  repeating,
  startScheduler,
  type TestScheduler,
} from "./setup.js";

const hourMs = 3_600_000;
const clock = createMovableClock();
let database: TestDatabase;
let system: TestScheduler;
let pool: Pool;

beforeAll(async () => {
  database = await createSchedulerDatabase();
  clock.passTo((dayAt(clock.now()) + 2) * dayMs - 30_000);
  system = await startScheduler(database, { shardLeaseMs: 300, historyIntervalMs: 20 }, { clock });
  pool = createPool({ url: database.url, applicationName: "requests-test", log: pino({ level: "silent" }) });
});
afterAll(async () => {
  await pool.close();
  await system.stop();
  await database.drop();
});

const submit = (namespace: string, requestId: string) =>
  repeating(() => system.jobs.submitJobs({ namespace, requestId, items: [item()] }));

function uuid7(at: number): string {
  const time = at.toString(16).padStart(12, "0");
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-000000000001`;
}

it("a request is known for a day, over midnights and restarts, and then no longer", async () => {
  const namespace = "window";
  const first = await submit(namespace, "order-1");
  for (const hours of [1, 12, 10.9]) {
    clock.pass(hours * hourMs);
    system = await system.restart();
    const again = await submit(namespace, "order-1");
    expect(again.jobs[0]).toMatchObject({
      jobId: first.jobs[0]?.jobId,
      disposition: SubmittedJob_Disposition.REPLAYED,
    });
  }
  clock.pass(0.2 * hourMs);
  const later = await submit(namespace, "order-1");
  expect(later.jobs[0]).toMatchObject({ serial: 2n, disposition: SubmittedJob_Disposition.CREATED });
});

it("a fresh id whose request memory has forgotten is refused by the table and then recognised, over midnight too", async () => {
  const namespace = "midnight";
  clock.passTo((dayAt(clock.now()) + 1) * dayMs - 60_000);
  const requestId = uuid7(clock.now());
  const first = await submit(namespace, requestId);
  // As if it had been made so long ago that memory does not load it, by a client whose clock runs ahead.
  await pool.query("update scheduler.requests set created_ms = created_ms - 1200000 where request_key = $1", [
    `call:${requestId}`,
  ]);
  clock.pass(120_000);
  system = await system.restart();
  const again = await submit(namespace, requestId);
  expect(again.jobs[0]).toMatchObject({
    jobId: first.jobs[0]?.jobId,
    disposition: SubmittedJob_Disposition.REPLAYED,
  });
  const { rows } = await pool.query(
    "select from scheduler.jobs j join scheduler.namespaces n on n.id = j.ns where n.name = $1",
    [namespace],
  );
  expect(rows).toHaveLength(1);
});

it("days whose requests can't be repeated any more are dropped", async () => {
  const requestDays = async () => {
    const { rows } = await pool.query<{ day: number }>(
      `select substring(relname from '_([0-9]+)$')::int as day from pg_class
       where relnamespace = 'scheduler'::regnamespace and relispartition and relkind = 'r' and relname like 'requests_%' order by 1`,
    );
    return rows.map(({ day }) => day);
  };
  await submit("dropped", "order-2");
  clock.pass(3 * dayMs);
  const today = dayAt(clock.now());
  await eventually(async () => expect((await requestDays()).at(-1)).toBe(today + 1));
  await eventually(async () => expect((await requestDays())[0]).toBeGreaterThanOrEqual(today - 2));
});
