import { createPool, type Pool, sqlstateOf } from "@switchyard/postgres";
import { eventually, type TestDatabase } from "@switchyard/testkit";
import { pino } from "pino";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { deposedState } from "../src/store/term.js";
import { releaseShard, renewShards, takeShard } from "../src/store/take-shard.js";
import { createSchedulerDatabase } from "./setup.js";

let database: TestDatabase;
let pool: Pool;

beforeAll(async () => {
  database = await createSchedulerDatabase();
  pool = createPool({ url: database.url, applicationName: "fence-test", log: pino({ level: "silent" }) });
});
afterAll(async () => {
  await pool.close();
  await database.drop();
});
beforeEach(() => pool.query("update scheduler.shards set owner = null, lease_until = '-infinity'"));

const insert = `with f as materialized (select scheduler.fence(array[0], array[$1::bigint]) as ok)
  insert into scheduler.progress (ns, serial, attempt, data) select 1, $2, 1, '' where (select ok from f)`;
const take = (owner: string) => takeShard(pool, 0, { owner, address: "", leaseMs: 60_000 });
let serial = 0;

describe("the fence", () => {
  it("lets the owner write and refuses one that was deposed", async () => {
    const a = await take("a");
    await pool.query(insert, [a?.epoch, ++serial]);
    await pool.query("update scheduler.shards set lease_until = '-infinity'");
    const b = await take("b");
    expect(b?.epoch).toBe((a?.epoch ?? 0) + 1);
    await expect(pool.query(insert, [a?.epoch, ++serial])).rejects.toSatisfy((e) => sqlstateOf(e) === deposedState);
    expect((await pool.query("select from scheduler.progress where serial = $1", [serial])).rowCount).toBe(0);
    await pool.query(insert, [b?.epoch, ++serial]);
  });

  it("makes a take-over wait for a statement that has passed it", async () => {
    const a = await take("a");
    const writer = await pool.connect();
    await writer.query("begin");
    await writer.query(insert, [a?.epoch, ++serial]);
    await pool.query("update scheduler.shards set lease_until = '-infinity'");
    const takeOver = take("b");
    await eventually(async () => {
      const { rows } = await pool.query(
        "select from pg_locks where locktype = 'advisory' and not granted and database = (select oid from pg_database where datname = current_database())",
      );
      expect(rows).toHaveLength(1);
    });
    await writer.query("commit");
    writer.release();
    expect((await takeOver)?.epoch).toBe((a?.epoch ?? 0) + 1);
    expect((await pool.query("select from scheduler.progress where serial = $1", [serial])).rowCount).toBe(1);
  });

  it("is not passed by a statement that waited behind the take-over", async () => {
    const a = await take("a");
    const deposer = await pool.connect();
    await deposer.query("begin");
    await deposer.query("select pg_advisory_xact_lock(7400, 0)");
    const late = pool.query(insert, [a?.epoch, ++serial]).catch((error: unknown) => error);
    await eventually(async () => {
      const { rows } = await pool.query(
        "select from pg_locks where locktype = 'advisory' and not granted and database = (select oid from pg_database where datname = current_database())",
      );
      expect(rows).toHaveLength(1);
    });
    await deposer.query("update scheduler.shards set epoch = epoch + 1");
    await deposer.query("commit");
    deposer.release();
    expect(sqlstateOf(await late)).toBe(deposedState);
  });

  it("must stay volatile, since a stable one would read the epoch in a snapshot from before the lock", async () => {
    const { rows } = await pool.query(
      "select provolatile from pg_proc where oid = 'scheduler.fence(int[], bigint[])'::regprocedure",
    );
    expect(rows).toEqual([{ provolatile: "v" }]);
  });

  it("ends whoever holds the shard's lock for too long", async () => {
    const a = await take("a");
    const stuck = await pool.connect();
    stuck.on("error", () => undefined);
    await stuck.query("begin");
    await stuck.query(insert, [a?.epoch, ++serial]);
    await pool.query("update scheduler.shards set lease_until = '-infinity'");
    expect((await take("b"))?.epoch).toBe((a?.epoch ?? 0) + 1);
    await expect(stuck.query("commit")).rejects.toThrow();
    stuck.release(true);
    expect((await pool.query("select from scheduler.progress where serial = $1", [serial])).rowCount).toBe(0);
  });
});

describe("a shard", () => {
  it("goes to one of many who want it", async () => {
    const terms = await Promise.all(Array.from({ length: 8 }, (_, n) => take(`r${n}`)));
    expect(terms.filter((term) => term !== undefined)).toHaveLength(1);
  });

  it("is not taken by a replica whose connection is lost meanwhile, which goes on and can try again", async () => {
    const holder = await pool.connect();
    await holder.query("begin; select pg_advisory_xact_lock(7400, 0)");
    const taking = take("a");
    const refused = expect(taking).rejects.toThrow();
    await eventually(async () => {
      const { rowCount } = await pool.query(
        "select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and not granted and database = (select oid from pg_database where datname = current_database())",
      );
      expect(rowCount).toBe(1);
    });
    await refused;
    await holder.query("commit");
    holder.release();
    expect(await take("a")).toBeDefined();
  });

  it("stays with its owner while the lease is renewed, and is free once given back", async () => {
    const a = await take("a");
    if (!a) throw new Error("not taken");
    expect(await take("b")).toBeUndefined();
    expect(await renewShards(pool, [a], 60_000)).toEqual(new Set([0]));
    await releaseShard(pool, a);
    const b = await take("b");
    expect(b?.epoch).toBe(a.epoch + 1);
    expect(await renewShards(pool, [a], 60_000)).toEqual(new Set());
  });

  it("is taken back at once by a replica of the same name", async () => {
    const a = await take("a");
    expect((await take("a"))?.epoch).toBe((a?.epoch ?? 0) + 1);
  });
});
