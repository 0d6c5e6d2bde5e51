import { createTestDatabase, type TestDatabase } from "@switchyard/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createPool, inspectSchema, type Migration, type Pool, prepareSchema } from "../src/index.js";

let database: TestDatabase;
let pool: Pool;
let url: string;

beforeAll(async () => {
  database = await createTestDatabase({ templateKey: "empty", migrate: async () => undefined });
  ({ url } = database);
  pool = createPool({ url, applicationName: "prepare-schema-test", max: 2 });
});
afterAll(async () => {
  await pool.close();
  await database.drop();
});

const jobs: Migration = { name: "0001-jobs", up: "create table jobs (id bigint primary key)" };
const note: Migration = { name: "0002-note", up: "alter table jobs add column note text", compatible: true };
const named: Migration = { name: "0003-named", up: "alter table jobs alter column note set not null" };

/** A version of a service: it knows the steps up to one. */
function version(schema: string, ...migrations: readonly Migration[]) {
  return { schema, migrations };
}

const refusal = (message: RegExp) => ({ reason: "PRECONDITION_FAILED", message: expect.stringMatching(message) });
const recordOf = async (schema: string) =>
  (await pool.query(`select name, least_step as least from ${schema}.migrations order by name`)).rows;

describe("a service that may not migrate", () => {
  it("refuses an empty database, a schema that is behind, and says which program to run", async () => {
    const old = version("behind", jobs);
    const current = version("behind", jobs, note);
    await expect(prepareSchema(old, { url, migrate: false })).rejects.toMatchObject(refusal(/lacks 0001-jobs/));
    await prepareSchema(old, { url });
    await expect(prepareSchema(current, { url, migrate: false })).rejects.toMatchObject(
      refusal(/"behind" lacks 0002-note, .*MIGRATE_AT_START=off.*Run the program `migrate`/),
    );
    expect((await pool.query("select * from behind.migrations")).rowCount).toBe(1);
    await prepareSchema(current, { url });
    expect(await prepareSchema(current, { url, migrate: false })).toEqual({ applied: [], newer: [] });
  });

  it("does so with no more than the right to read the record", async () => {
    const current = version("readable", jobs);
    await prepareSchema(current, { url });
    await pool.query("create role reader_of_record; grant usage on schema readable to reader_of_record");
    await pool.query("grant select on readable.migrations to reader_of_record");
    const reader = createPool({ url, applicationName: "reader", max: 1 });
    try {
      await reader.query("set role reader_of_record");
      expect(await inspectSchema(current, reader)).toEqual({ pending: [], newer: [] });
    } finally {
      await reader.close();
      await pool.query("drop owned by reader_of_record; drop role reader_of_record");
    }
  });
});

describe.each([true, false])("a service before the upgrade (migrates: %s)", (migrate) => {
  const schema = migrate ? "newer_on" : "newer_off";

  it("starts beside steps that it can live with, until there is one that it cannot", async () => {
    await prepareSchema(version(schema, jobs, note), { url });
    const old = version(schema, jobs);
    expect(await prepareSchema(old, { url, migrate })).toEqual({ applied: [], newer: ["0002-note"] });
    expect(await inspectSchema(old, pool)).toEqual({ pending: [], newer: ["0002-note"] });

    await prepareSchema(version(schema, jobs, note, named), { url });
    await expect(prepareSchema(old, { url, migrate })).rejects.toMatchObject(
      refusal(/programs must know 0003-named, which this one does not/),
    );
    await expect(prepareSchema(version(schema, jobs, note), { url, migrate })).rejects.toMatchObject(
      refusal(/0003-named/),
    );
    expect(await recordOf(schema)).toEqual([
      { name: "0001-jobs", least: "0001-jobs" },
      { name: "0002-note", least: "0001-jobs" },
      { name: "0003-named", least: "0003-named" },
    ]);
  });
});

it("lets a change roll in three releases, each beside the one before alone", async () => {
  const schema = "rolling";
  const add: Migration = { name: "0002-add", up: "alter table jobs add column kind text", compatible: true };
  // Nothing in the database: from here on programs use the new column alone.
  const use: Migration = { name: "0003-use", up: "select 1", compatible: true };
  const take: Migration = { name: "0004-take", up: "alter table jobs drop column old", compatible: "0003-use" };
  const old: Migration = { name: "0001-jobs", up: "create table jobs (id bigint, old text)" };
  const releases = [[old], [old, add], [old, add, use], [old, add, use, take]].map((steps) =>
    version(schema, ...steps),
  );
  for (const [index, release] of releases.entries()) {
    await prepareSchema(release, { url });
    const starts = releases.map((older) =>
      inspectSchema(older, pool).then(
        ({ pending }) => pending.length === 0,
        () => false,
      ),
    );
    const last = index === releases.length - 1;
    expect(await Promise.all(starts)).toEqual(releases.map((_, other) => (last ? other >= 2 : other <= index)));
  }
});

it("lets two versions migrate at once, the older one too late or in time", async () => {
  const old = version("at_once", jobs);
  const current = version("at_once", jobs, note);
  const runs = await Promise.all([old, current, old, current].map((steps) => prepareSchema(steps, { url })));
  expect(runs.flatMap(({ applied }) => applied).sort()).toEqual(["0001-jobs", "0002-note"]);
  expect(await recordOf("at_once")).toHaveLength(2);
});

it("takes a record from before steps said whether they are compatible", async () => {
  await pool.query(`
    create schema older;
    create table older.migrations (name text primary key, checksum text, applied_at timestamptz not null default now());
    insert into older.migrations values ('0001-jobs', null), ('0002-note', null);
  `);
  const current = version("older", jobs, note);
  const before = version("older", jobs);
  expect(await inspectSchema(current, pool)).toEqual({ pending: [], newer: [] });
  await expect(prepareSchema(before, { url, migrate: false })).rejects.toMatchObject(refusal(/0002-note/));
  // Who knows the steps says what they are.
  await prepareSchema(current, { url });
  expect(await recordOf("older")).toEqual([
    { name: "0001-jobs", least: "0001-jobs" },
    { name: "0002-note", least: "0001-jobs" },
  ]);
  expect(await prepareSchema(before, { url })).toEqual({ applied: [], newer: ["0002-note"] });
});
