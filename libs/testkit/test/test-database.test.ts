import pg from "pg";
import { describe, expect, inject, it } from "vitest";
import { createTestDatabase, eventually, freePort, trackLeaks } from "../src/index.js";

async function query(url: string, text: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

/** Returns when a database is gone. */
const isGone = (name: string) =>
  eventually(async () =>
    expect(await query(inject("postgresUrl"), `select from pg_database where datname = '${name}'`)).toEqual([]),
  );

describe("createTestDatabase", () => {
  it("migrates once per key, and gives everyone a clone of their own", async () => {
    let migrations = 0;
    const options = {
      templateKey: `once-${process.pid}`,
      migrate: async (url: string) => {
        migrations++;
        await query(url, "create table seeded as select 1 as value");
      },
    };
    const databases = await Promise.all(Array.from({ length: 4 }, () => createTestDatabase(options)));
    expect(migrations).toBe(1);
    const [first, second] = databases;
    if (!first || !second) throw new Error("unreachable");
    await query(first.url, "insert into seeded values (2)");
    expect(await query(first.url, "select value from seeded order by 1")).toEqual([{ value: 1 }, { value: 2 }]);
    expect(await query(second.url, "select value from seeded")).toEqual([{ value: 1 }]);
    await Promise.all(databases.map((database) => database.drop()));
    await first.drop();
    await isGone(first.name);
  });

  it("makes the template anew after a migration that failed", async () => {
    const templateKey = `fails-${process.pid}`;
    const failing = async (url: string) => {
      await query(url, "create table half ()");
      throw new Error("broken step");
    };
    await expect(createTestDatabase({ templateKey, migrate: failing })).rejects.toThrow("broken step");
    const database = await createTestDatabase({ templateKey, migrate: async () => undefined });
    expect(await query(database.url, "select to_regclass('half') as half")).toEqual([{ half: null }]);
    await database.drop();
  });

  it("complains about a connection left open, but drops the database", async () => {
    const empty = { templateKey: "empty", migrate: async () => undefined };
    const database = await createTestDatabase({ ...empty, leakGraceMs: 100 });
    const leaked = new pg.Client({ connectionString: database.url, application_name: "forgotten" });
    leaked.on("error", () => undefined);
    await leaked.connect();
    await expect(database.drop()).rejects.toThrow(/1 connections to .* were left open:\n {2}forgotten/);
    await isGone(database.name);
    await leaked.end().catch(() => undefined);
  });

  it("drops in silence where leaks are expected", async () => {
    const database = await createTestDatabase({
      templateKey: "empty",
      migrate: async () => undefined,
      leaks: "ignore",
    });
    const leaked = new pg.Client({ connectionString: database.url });
    leaked.on("error", () => undefined);
    await leaked.connect();
    await database.drop();
    await isGone(database.name);
  });
});

it("finds no leak where there is none", async () => {
  const database = await createTestDatabase({ templateKey: "empty", migrate: async () => undefined });
  await query(database.url, "select 1");
  await trackLeaks(database.url, database.name).assertNone();
  await database.drop();
});

it("finds ports above the reserved ones", async () => {
  expect(await freePort()).toBeGreaterThan(1_023);
});
