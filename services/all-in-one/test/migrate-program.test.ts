import { createPool, type Pool } from "@switchyard/postgres";
import { createTestDatabase, eventually, startProcess, type TestDatabase } from "@switchyard/testkit";
import { afterEach, beforeEach, expect, it } from "vitest";
import { migrateAll } from "../src/migrate/schemas.js";
import { createSystemDatabase } from "./test-system.js";

let database: TestDatabase;
let pool: Pool;

const empty = () => createTestDatabase({ templateKey: "empty", migrate: async () => undefined });

/** Begins with another database. */
async function goTo(next: TestDatabase): Promise<void> {
  database = next;
  pool = createPool({ url: database.url, applicationName: "migrate-program-test", max: 1 });
}

async function letGo(): Promise<void> {
  await pool.close();
  await database.drop();
}

beforeEach(async () => goTo(await empty()));
afterEach(letGo);

/** Runs the program to its end. */
const run = (...args: readonly string[]) => runWith({}, ...args);

async function runWith(env: Readonly<Record<string, string>>, ...args: readonly string[]) {
  const told = { DATABASE_URL: database.url, ...env };
  const program = await startProcess("services/all-in-one/src/migrate/main.ts", told, args);
  const code = await new Promise((resolve) => program.child.once("close", resolve));
  return { code, output: program.output() };
}

it("migrates every schema, once, also when two run at a time, and says what it did", async () => {
  const before = await run("--check");
  expect(before.code).toBe(1);
  expect(before.output).toMatch(/^scheduler: behind: lacks 0001-core, 0002-schedules/m);
  expect((await pool.query("select from pg_namespace where nspname = 'scheduler'")).rowCount).toBe(0);

  const runs = await Promise.all([run(), run()]);
  expect(runs.map(({ code }) => code)).toEqual([0, 0]);
  const lines = runs.flatMap(({ output }) => output.split("\n"));
  for (const schema of ["scheduler", "runners", "logs", "catalog"]) {
    const [first, second] = lines.filter((line) => line.startsWith(`${schema}: `)).sort();
    expect([first, second]).toEqual([`${schema}: nothing to do`, expect.stringMatching(/: ran 0001-/)]);
  }
  expect(await run("--check")).toEqual({ code: 0, output: expect.stringMatching(/^scheduler: up to date$/m) });
});

it("migrates the scheduler's schema in the databases of its shards too", async () => {
  const other = await empty();
  try {
    const env = { SCHEDULER_SHARD_DATABASES: `2-3=${other.url}` };
    expect(await runWith(env, "--check")).toMatchObject({ code: 1 });
    const { code, output } = await runWith(env);
    expect([code, output]).toEqual([0, expect.stringMatching(/^scheduler of shards 2, 3: ran 0001-core/m)]);
    expect((await runWith(env, "--check")).code).toBe(0);
    const present = createPool({ url: other.url, applicationName: "migrate-program-test", max: 1 });
    const { rows } = await present.query("select nspname from pg_namespace where nspname in ('scheduler', 'logs')");
    expect(rows).toEqual([{ nspname: "scheduler" }]);
    await present.close();
  } finally {
    await other.drop();
  }
});

it("tells a schema that is ahead from one that it cannot live with", async () => {
  await letGo();
  await goTo(await createSystemDatabase());
  const ahead = "insert into logs.migrations (name, checksum, least_step) values ($1, null, $2)";
  await pool.query(ahead, ["0098-more", "0001-streams"]);
  const beside = await run("--check");
  expect(beside).toEqual({ code: 0, output: expect.stringMatching(/^logs: up to date; ahead by 0098-more/m) });
  expect((await run()).code).toBe(0);

  await pool.query(ahead, ["0099-less", "0099-less"]);
  const behind = await run("--check");
  expect(behind.code).toBe(1);
  expect(behind.output).toMatch(/^logs: does not fit: .*programs must know 0099-less/m);
  expect(behind.output).toMatch(/^catalog: up to date$/m);
  const refused = await run();
  expect(refused).toEqual({ code: 1, output: expect.stringMatching(/0099-less.*Start that version or a later one/) });
});

it("names a wrong argument and a missing setting", async () => {
  expect(await run("--chek")).toEqual({ code: 1, output: expect.stringContaining("--chek") });
  const bare = await startProcess("services/all-in-one/src/migrate/main.ts", {});
  await bare.line(/DATABASE_URL: is not set/);
});

it("lets a service start that may not migrate, and only then", async () => {
  const start = () =>
    startProcess("services/log-store/src/main.ts", {
      ...{ DATABASE_URL: database.url, MIGRATE_AT_START: "off" },
      ...{ GRPC_LISTEN: "127.0.0.1:0", OPS_LISTEN: "127.0.0.1:0" },
    });
  const early = await start();
  await early.line(/lacks 0001-streams.*, and this service may not migrate it/);
  await eventually(() => expect(early.child.exitCode).toBe(1));
  await migrateAll(database.url);
  const late = await start();
  await late.line(/"listening"/);
  expect(await late.end()).toBe(0);
});
