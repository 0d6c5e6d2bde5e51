import { createPool, type Pool } from "@switchyard/postgres";
import { createTestDatabase, type TestDatabase } from "@switchyard/testkit";
import { pino } from "pino";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { bytes, type Column, insertPart, ints, rows, slices, values } from "../src/store/insert-part.js";

let database: TestDatabase;
let pool: Pool;

beforeAll(async () => {
  database = await createTestDatabase({
    templateKey: "insert-part",
    migrate: async (url) => {
      const admin = createPool({ url, applicationName: "insert-part", log: pino({ level: "silent" }) });
      await admin.query(
        "create schema scheduler; create table scheduler.t (id bigint not null, n int, s text, b bool, y bytea, d bytea)",
      );
      await admin.close();
    },
  });
  pool = createPool({ url: database.url, applicationName: "insert-part-test", log: pino({ level: "silent" }) });
});
afterAll(async () => {
  await pool.close();
  await database.drop();
});
beforeEach(() => pool.query("truncate scheduler.t"));

interface Row {
  readonly id: number;
  readonly n: number | null;
  readonly s: string | null;
  readonly b: boolean;
  readonly y: Buffer | null;
  readonly d: Buffer;
}

async function insert(list: readonly Row[]): Promise<Row[]> {
  const rest: Column[] = [
    ints(
      "n",
      list.map(({ n }) => n),
    ),
    values(
      "s",
      "text",
      list.map(({ s }) => s),
    ),
    values(
      "b",
      "bool",
      list.map(({ b }) => b),
    ),
    bytes(
      "y",
      list.map(({ y }) => y),
    ),
    slices("d", { data: Buffer.concat(list.map(({ d }) => d)), width: 2 }),
  ];
  const ids = rows(
    "id",
    list.map(({ id }) => id),
  );
  const part = insertPart("t", "t", [ids, ...rest]);
  const text = `with f as (select true as ok), t as (${part.sql(part.values.map((_, i) => `$${i + 1}`))}) select 1`;
  await pool.query(text, [...part.values]);
  return (await pool.query<Row>("select * from scheduler.t order by ctid")).rows;
}

const row = (id: number, more: Partial<Row> = {}): Row => {
  return { id, n: 7, s: "same", b: true, y: Buffer.from("y"), d: Buffer.from([id % 256, 1]), ...more };
};

it.each<[string, readonly Row[]]>([
  ["one row", [row(1)]],
  ["one row of nulls", [row(1, { n: null, s: null, y: null })]],
  ["rows that are the same but for their keys", [row(1), row(2), row(3)]],
  ["rows without values", [1, 2, 3].map((id) => row(id, { n: null, s: null, y: null }))],
  ["rows that have the same keys", [row(1, { n: 1 }), row(1, { n: 2 }), row(1, { n: 2 })]],
  ["rows of which only the first has a value", [row(1), row(2, { n: null, s: null, y: null })]],
  ["rows of which only the last has a value", [row(1, { n: null, s: null, y: null }), row(2)]],
  ["texts that have to be escaped", [row(1, { s: '{"a":"\\\\ ,NULL"}' }), row(2, { s: "NULL" }), row(3, { s: "" })]],
])("inserts %s", async (_, list) => {
  expect(await insert(list)).toEqual(list);
});
