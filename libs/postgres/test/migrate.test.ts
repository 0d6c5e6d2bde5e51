import { createTestDatabase, type TestDatabase } from "@switchyard/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createPool, type Migration, migrate, type Pool } from "../src/index.js";

let database: TestDatabase;
let pool: Pool;

beforeAll(async () => {
  database = await createTestDatabase({ templateKey: "empty", migrate: async () => undefined });
  pool = createPool({ url: database.url, applicationName: "migrate-test", max: 12 });
});
afterAll(async () => {
  await pool.close();
  await database.drop();
});

const steps: Migration[] = [
  { name: "0001-jobs", up: "create table jobs (id bigint primary key); insert into jobs values (1), (2)" },
  {
    name: "0002-double",
    up: async (sql) => {
      const rows = await sql("select id from jobs order by id");
      for (const { id } of rows) await sql("insert into jobs values ($1)", [Number(id) + 10]);
    },
  },
];

describe("migrate", () => {
  it("runs scripts and code in the schema, once", async () => {
    const options = { pool, schema: "once", migrations: steps };
    expect((await migrate(options)).applied).toEqual(["0001-jobs", "0002-double"]);
    expect((await migrate(options)).applied).toEqual([]);
    const { rows } = await pool.query("select id from once.jobs order by id");
    expect(rows.map(({ id }) => id)).toEqual([1, 2, 11, 12]);
  });

  it("lets one of many work", async () => {
    const runs = await Promise.all(
      Array.from({ length: 8 }, () => migrate({ pool, schema: "many", migrations: steps })),
    );
    expect(runs.flatMap(({ applied }) => applied)).toEqual(["0001-jobs", "0002-double"]);
  });

  it("refuses a database that is newer, and changes nothing", async () => {
    await migrate({ pool, schema: "newer", migrations: steps });
    await expect(migrate({ pool, schema: "newer", migrations: steps.slice(0, 1) })).rejects.toMatchObject({
      reason: "PRECONDITION_FAILED",
      message: expect.stringContaining("0002-double"),
    });
  });

  it("keeps the steps before a failed one, and goes on from there", async () => {
    const broken = [...steps, { name: "0003-broken", up: "create table half (); select 1 / 0" }];
    await expect(migrate({ pool, schema: "broken", migrations: broken })).rejects.toThrow(
      'step 0003-broken of schema "broken" failed and was rolled back: division by zero',
    );
    const { rows } = await pool.query("select to_regclass('broken.half') as half, to_regclass('broken.jobs') as jobs");
    expect(rows).toEqual([{ half: null, jobs: "broken.jobs" }]);
    const mended = [...steps, { name: "0003-broken", up: "create table whole ()" }];
    expect((await migrate({ pool, schema: "broken", migrations: mended })).applied).toEqual(["0003-broken"]);
  });

  it("is not held to the time limits of the pool, and leaves them to others", async () => {
    const hasty = createPool({ url: database.url, applicationName: "hasty", max: 1, statementTimeoutMs: 50 });
    try {
      await migrate({ pool: hasty, schema: "slow", migrations: [{ name: "0001-slow", up: "select pg_sleep(0.2)" }] });
      await expect(hasty.query("select pg_sleep(5)")).rejects.toMatchObject({ code: "57014" });
    } finally {
      await hasty.close();
    }
  });

  it("takes only plain schema names", async () => {
    await expect(migrate({ pool, schema: 'x"; drop', migrations: [] })).rejects.toThrow(RangeError);
  });
});
