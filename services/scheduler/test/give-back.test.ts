import pg from "pg";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { createPool } from "@switchyard/postgres";
import type { TestDatabase } from "@switchyard/testkit";
import { pino } from "pino";
import { createSchedulerDatabase, startScheduler } from "./setup.js";

let database: TestDatabase;

beforeAll(async () => {
  database = await createSchedulerDatabase();
});
afterAll(() => database.drop());

it("a replica that stops gives its shard back, also when the connection that holds it has just died", async () => {
  const pool = createPool({ url: database.url, applicationName: "give-back-test", log: pino({ level: "silent" }) });
  const original = pg.Pool.prototype.query as (...args: unknown[]) => unknown;
  let refused = 0;
  // The statement meets a connection that dies under it. Pools keep the method that they find when they are made.
  const spy = vi.spyOn(pg.Pool.prototype, "query").mockImplementation(function (this: pg.Pool, ...args: unknown[]) {
    if (refused === 0 && String(args[0]).includes("with released as")) {
      refused++;
      return Promise.reject(new Error("terminating connection due to administrator command"));
    }
    return original.apply(this, args);
  } as never);
  try {
    const first = await startScheduler(database, { replicaId: "first", shardLeaseMs: 86_400_000 });
    await first.stop();
  } finally {
    spy.mockRestore();
  }
  expect(refused).toBe(1);
  const { rows } = await pool.query("select owner from scheduler.shards");
  expect(rows).toEqual([{ owner: null }]);
  const second = await startScheduler(database, { replicaId: "second" });
  await second.stop();
  await pool.close();
});
