import { createPool, type Pool } from "@switchyard/postgres";
import { eventually, type TestDatabase } from "@switchyard/testkit";
import { pino } from "pino";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createSchedulerDatabase, startScheduler, type TestScheduler } from "./setup.js";
import { testNamespace } from "./test-namespace.js";

let database: TestDatabase;
let system: TestScheduler;
let pool: Pool;
const ns = testNamespace("plans", () => system);

beforeAll(async () => {
  database = await createSchedulerDatabase();
  pool = createPool({ url: database.url, applicationName: "plans-test", log: pino({ level: "silent" }) });
  // What a server knows of tables that are empty most of the time.
  await pool.query("analyze scheduler.open, scheduler.leases");
  system = await startScheduler(database);
});
afterAll(async () => {
  await system.stop();
  await pool.close();
  await database.drop();
});

/** How often the tables of open work were read from end to end, and how often rows were found by their keys. */
async function scans() {
  const { rows } = await pool.query<{ whole: number; byKey: number }>(
    `select sum(seq_scan)::int as whole, sum(idx_scan)::int as "byKey" from pg_stat_user_tables
     where schemaname = 'scheduler' and relname in ('open', 'leases')`,
  );
  return rows[0] ?? { whole: 0, byKey: 0 };
}

it("finds the rows of jobs that end by their keys, whatever the tables were like when the plan was made", async () => {
  const before = await scans();
  // More often than a plan is made anew for.
  const rounds = 8;
  const each = 20;
  for (let round = 0; round < rounds; round++) {
    await ns.submitAll(Array.from({ length: each }, () => ({})));
    for (const lease of await ns.claim({ maxJobs: each })) await ns.finish(lease);
  }
  // A session tells its counts when it ends; an idle one does so ten seconds later.
  await system.stop();
  const after = await eventually(async () => {
    const now = await scans();
    expect(now.byKey - before.byKey).toBeGreaterThanOrEqual(2 * rounds * each);
    return now;
  });
  expect(after.whole).toBe(before.whole);
});
