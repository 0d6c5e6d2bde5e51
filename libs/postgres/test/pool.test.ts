import { createTcpProxy, createTestDatabase, eventually, type TestDatabase } from "@switchyard/testkit";
import type { Generated } from "kysely";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createKysely, createPool, isUnavailable, type Pool } from "../src/index.js";

let database: TestDatabase;
let pool: Pool;

beforeAll(async () => {
  database = await createTestDatabase({ templateKey: "empty", migrate: async () => undefined });
  pool = createPool({ url: database.url, applicationName: "pool-test", max: 2, transactionTimeoutMs: 7_000 });
});
afterAll(async () => {
  await pool.close();
  await pool.close();
  await database.drop();
});

it("parses int8 to numbers, arrays and nulls included", async () => {
  const { rows } = await pool.query(
    "select 9007199254740991::int8 as a, '{1,NULL,-3}'::int8[] as b, '{{1,2},{3,4}}'::int8[] as c, null::int8 as d",
  );
  expect(rows).toEqual([
    {
      a: 2 ** 53 - 1,
      b: [1, null, -3],
      c: [
        [1, 2],
        [3, 4],
      ],
      d: null,
    },
  ]);
});

it("refuses to round an int8", async () => {
  await expect(pool.query("select 9007199254740993::int8 as a")).rejects.toThrow(RangeError);
  expect((await pool.query("select 1 as a")).rows).toEqual([{ a: 1 }]);
});

it("sets the limits and the name of its sessions", async () => {
  const { rows } = await pool.query(
    `select current_setting('application_name') as name, current_setting('transaction_timeout') as transaction,
            current_setting('statement_timeout') as statement, current_setting('default_transaction_isolation') as isolation,
            current_setting('synchronous_commit') as commit, current_setting('fsync') as fsync`,
  );
  const expected = { name: "pool-test", transaction: "7s", statement: "30s", isolation: "read committed" };
  expect(rows).toEqual([{ ...expected, commit: "on", fsync: "on" }]);
});

it("survives the loss of idle connections", async () => {
  await pool.query("select 1");
  const admin = createPool({ url: database.url, applicationName: "killer" });
  await admin.query("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'pool-test'");
  await admin.close();
  const { rows } = await eventually(() => pool.query("select 1 as one"));
  expect(rows).toEqual([{ one: 1 }]);
});

it("survives the loss of a connection that is lent out, and lends another one", async () => {
  const lent = await pool.connect();
  const { rows: lost } = await lent.query("begin").then(() => lent.query("select pg_backend_pid() as pid"));
  const dying = lent.query("select pg_terminate_backend(pg_backend_pid()), pg_sleep(10)");
  expect(isUnavailable(await dying.catch((error: unknown) => error))).toBe(true);
  await eventually(async () => expect(isUnavailable(await lent.query("select 1").catch((e: unknown) => e))).toBe(true));
  lent.release();
  const { rows } = await pool.query("select pg_backend_pid() as pid");
  expect(rows[0]?.pid).not.toBe(lost[0]?.pid);
});

it("gives up a connection whose server says nothing any more, and asks on another one", async () => {
  const url = new URL(database.url);
  const proxy = await createTcpProxy({ target: { host: url.hostname, port: Number(url.port) } });
  url.port = String(proxy.port);
  const silenced = createPool({
    ...{ url: url.href, applicationName: "silenced", max: 1 },
    ...{ answerTimeoutMs: 500, connectTimeoutMs: 500 },
  });
  const pid = async (given: string | { readonly text: string } = "select pg_backend_pid() as pid") =>
    (await silenced.query<{ pid: number }>(given as string)).rows[0]?.pid;
  try {
    const first = await pid();
    proxy.swallow("down");
    for (const statement of ["select 1", { text: "select 1" }])
      expect(isUnavailable(await pid(statement).catch((error: unknown) => error))).toBe(true);
    proxy.heal();
    // The one connection of the pool was not kept for what may still come.
    expect(await eventually(() => pid())).not.toBe(first);
  } finally {
    await silenced.close();
    await proxy.close();
  }
});

it("calls a server that is not there unavailable", async () => {
  const nowhere = createPool({ url: "postgres://x:y@127.0.0.1:1/z", applicationName: "nowhere" });
  const error = await nowhere.query("select 1").catch((caught: unknown) => caught);
  expect(isUnavailable(error)).toBe(true);
  await nowhere.close();
});

it("gives kysely the names of the database", async () => {
  interface Tables {
    pool_test: { some_id: Generated<number>; some_text: string };
  }
  await pool.query("create table pool_test (some_id bigint generated always as identity, some_text text not null)");
  const db = createKysely<Tables>(pool);
  const row = await db.insertInto("pool_test").values({ some_text: "hello" }).returningAll().executeTakeFirstOrThrow();
  expect(row).toEqual({ some_id: 1, some_text: "hello" });
});
