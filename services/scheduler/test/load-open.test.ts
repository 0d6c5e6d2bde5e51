import { createPool, type Pool } from "@switchyard/postgres";
import type { TestDatabase } from "@switchyard/testkit";
import { pino } from "pino";
import { afterAll, beforeAll, expect, it } from "vitest";
import { readCopy } from "../src/store/copy-out.js";
import { type Decided, packDecisions } from "../src/store/decision-columns.js";
import { loadOpenJobs } from "../src/store/load-open.js";
import { createSchedulerDatabase } from "./setup.js";

let database: TestDatabase;
let pool: Pool;

beforeAll(async () => {
  database = await createSchedulerDatabase();
  pool = createPool({ url: database.url, applicationName: "load-open-test", log: pino({ level: "silent" }), max: 2 });
});
afterAll(async () => {
  await pool.close();
  await database.drop();
});

const fresh = {
  ...{ shape: { id: 3 }, rankClass: 0, rank: 0, weight: 0, createdMicros: 1e15, readyAt: 0, reopen: 0, attempt: 2 },
  ...{ counted: 0, failures: 0, lostBeforeStart: 0, lostAfterStart: 0, revision: 1 },
} as unknown as Decided;
const moved: Decided = { ...fresh, rank: -1.5, revision: 7 };
const packed = (job: Decided) => packDecisions([job]).data;

async function load(ns: number) {
  const rows: object[] = [];
  for await (const page of loadOpenJobs(pool, ns)) for (const row of page) rows.push(structuredClone(row));
  return rows;
}

it("gives every open job of a namespace once and in order, over page after page, with all that its row says", async () => {
  const count = 45_000;
  // Written backwards, so that their order is no chance.
  await pool.query(
    `insert into scheduler.open (ns, bucket, serial, kind, decision, extra, reuse_key)
     select 1, 100, n, case when n % 7 = 0 then 'größer.' || n % 3 else 'plain' end,
       case when n % 5 = 0 then $2::bytea else $1 end, case when n % 9 = 0 then '{"f":"ключ"}' end, case when n % 11 = 0 then 'key' || n end
     from generate_series(${count}, 1, -1) n`,
    [packed(fresh), packed(moved)],
  );
  await pool.query("insert into scheduler.open (ns, bucket, serial, kind, decision) values (2, 100, 1, 'other', $1)", [
    packed(fresh),
  ]);
  const { shape: _, ...columns } = fresh;
  const expected = Array.from({ length: count }, (_, i) => {
    const n = i + 1;
    return {
      serial: n,
      bucket: 100,
      kind: n % 7 === 0 ? `größer.${n % 3}` : "plain",
      decision: { ...columns, shapeId: 3, ...(n % 5 === 0 && { rank: -1.5, revision: 7 }) },
      extra:
        n % 9 === 0 ? expect.objectContaining({ fairnessKey: "ключ", parents: [], concurrencyKeys: [] }) : undefined,
      standsForKey: n % 11 === 0,
    };
  });
  const rows = await load(1);
  expect(rows).toHaveLength(count);
  // By hand first: a list of the differences of 45,000 rows helps nobody.
  const differing = rows.findIndex((row, i) => (row as { serial: number }).serial !== expected[i]?.serial);
  expect(differing).toBe(-1);
  for (let i = 0; i < count; i += 617) expect(rows.slice(i, i + 20)).toEqual(expected.slice(i, i + 20));
});

it("gives nothing for a namespace without open jobs", async () => {
  expect(await load(77)).toEqual([]);
});

it("fails as the server does, and gives its connection back", async () => {
  for (let i = 0; i < 3; i++) await expect(readCopy(pool, "select 1 / 0")).rejects.toMatchObject({ code: "22012" });
  expect(await readCopy(pool, "select int4send(7), null::bytea")).toEqual([Buffer.from([0, 0, 0, 7]), undefined]);
});
