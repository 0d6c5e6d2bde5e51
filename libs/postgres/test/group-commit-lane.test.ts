import { createSignal, createTcpProxy, createTestDatabase, type TestDatabase, withTimeout } from "@switchyard/testkit";
import type { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  createGroupCommitLane,
  createPool,
  defineStatement,
  type GroupCommitLaneOptions,
  intArrayLiteral,
  packBytes,
  type Pool,
} from "../src/index.js";

interface Row {
  readonly id: number;
  readonly body: Buffer | null;
}

let database: TestDatabase;
let pool: Pool;

beforeAll(async () => {
  database = await createTestDatabase({
    templateKey: "lane",
    migrate: async (url) => {
      const setup = createPool({ url, applicationName: "lane-setup" });
      await setup.query("create table item (id bigint primary key, body bytea)");
      await setup.close();
    },
  });
  pool = createPool({ url: database.url, applicationName: "lane-test" });
});
afterAll(async () => {
  await pool.close();
  await database.drop();
});

const insert = defineStatement(
  "insert_items",
  `insert into item (id, body)
   select id, substr($2::bytea, o, l) from unnest($1::int8[], $3::int4[], $4::int4[]) as t (id, o, l)
   returning id`,
);

async function insertRows(client: Client, rows: readonly Row[]): Promise<number[]> {
  const { data, offsets, lengths } = packBytes(rows.map(({ body }) => body));
  const values = [intArrayLiteral(rows.map(({ id }) => id)), data, offsets, lengths];
  const result = await client.query<{ id: number }>({ ...insert, values });
  return result.rows.map(({ id }) => id);
}

/** A lane, and the sizes of its flushes. Ids of one test begin at its own base, since the table is shared. */
function setup(name: string, options: Partial<GroupCommitLaneOptions<Row, number>> = {}) {
  const sizes: number[] = [];
  const failed = createSignal<Error>("a failure");
  const lane = createGroupCommitLane<Row, number>({
    name,
    url: database.url,
    flush: insertRows,
    onFlush: ({ items }) => sizes.push(items),
    onFailure: failed.emit,
    ...options,
  });
  return { lane, sizes, failed };
}

const row = (id: number, body: Buffer | null = Buffer.from(`body ${id}`)): Row => ({ id, body });
const rows = (first: number, count: number) => Array.from({ length: count }, (_, index) => row(first + index));
const stored = async (first: number, count: number) => {
  const found = await pool.query<{ id: number }>("select id from item where id between $1 and $2 order by id", [
    first,
    first + count - 1,
  ]);
  return found.rows.map(({ id }) => id);
};
const terminate = (name: string) =>
  pool.query("select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1", [name]);

describe("grouping", () => {
  it("writes pushes of one turn together and answers each with its own result", async () => {
    const { lane, sizes } = setup("together");
    await lane.start();
    const results = await Promise.all(rows(1_000, 64).map((item) => lane.push(item)));
    expect(results).toEqual(rows(1_000, 64).map(({ id }) => id));
    expect(sizes).toEqual([64]);
    expect(lane.pending).toBe(0);
    await lane.stop();
  });

  it("collects during a flush what the next one takes", async () => {
    const entered = createSignal<number>("a flush");
    const gate = createSignal("the gate");
    const { lane, sizes } = setup("collects", {
      flush: async (client, batch) => {
        entered.emit(batch.length);
        await gate.next();
        return insertRows(client, batch);
      },
    });
    await lane.start();
    const first = lane.push(row(2_000));
    expect(await entered.next()).toBe(1);
    const others = rows(2_001, 10).map((item) => lane.push(item));
    expect(lane.pending).toBe(11);
    gate.emit();
    gate.emit();
    expect(await first).toBe(2_000);
    expect(await Promise.all(others)).toEqual(rows(2_001, 10).map(({ id }) => id));
    expect(sizes).toEqual([1, 10]);
    await lane.stop();
  });

  it("keeps to the largest number of items", async () => {
    const { lane, sizes } = setup("items", { maxItems: 10 });
    await lane.start();
    await Promise.all(rows(3_000, 25).map((item) => lane.push(item)));
    expect(sizes).toEqual([10, 10, 5]);
    await lane.stop();
  });

  it("keeps to the largest number of bytes, and lets a larger item go alone", async () => {
    const { lane, sizes } = setup("bytes", { maxBytes: 100, sizeOf: ({ body }) => body?.length ?? 0 });
    await lane.start();
    const bodies = [60, 40, 1, 500, 50, 50].map((length) => Buffer.alloc(length));
    await Promise.all(bodies.map((body, index) => lane.push(row(4_000 + index, body))));
    expect(sizes).toEqual([2, 1, 1, 2]);
    await lane.stop();
  });

  it("stores packed bytes as they were, null and empty included", async () => {
    const { lane } = setup("packed");
    await lane.start();
    const bodies = [null, Buffer.alloc(0), Buffer.from([0, 255, 10]), Buffer.from("ü")];
    await Promise.all(bodies.map((body, index) => lane.push(row(5_000 + index, body))));
    const found = await pool.query("select body from item where id between 5000 and 5003 order by id");
    expect(found.rows.map(({ body }) => body)).toEqual(bodies);
    await lane.stop();
  });

  it("refuses a push above the limit, and takes one again later", async () => {
    const { lane } = setup("limit", { maxPending: 2 });
    await lane.start();
    const taken = [lane.push(row(6_000)), lane.push(row(6_001))];
    await expect(lane.push(row(6_002))).rejects.toMatchObject({ reason: "RATE_LIMITED" });
    await Promise.all(taken);
    expect(await lane.push(row(6_003))).toBe(6_003);
    await lane.stop();
  });
});

describe("its session", () => {
  it("reads committed, commits durably and bounds transactions", async () => {
    const lane = createGroupCommitLane<string, string>({
      name: "settings",
      url: database.url,
      flush: async (client, names) => {
        const { rows: found } = await client.query("select current_setting(n) as v from unnest($1::text[]) n", [names]);
        return found.map(({ v }) => v);
      },
    });
    await lane.start();
    const names = ["default_transaction_isolation", "synchronous_commit", "transaction_timeout", "application_name"];
    expect(await Promise.all(names.map((name) => lane.push(name)))).toEqual(["read committed", "on", "5s", "settings"]);
    await lane.stop();
  });
});

describe("failure", () => {
  it("answers every push when its backend is ended under load, and what it acknowledged is stored", async () => {
    const { lane, failed } = setup("killed", { maxItems: 5 });
    await lane.start();
    const acknowledged: number[] = [];
    const unknown: number[] = [];
    const unwritten: number[] = [];
    let next = 10_000;
    const pusher = async () => {
      for (;;) {
        const id = next++;
        try {
          acknowledged.push(await lane.push(row(id)));
        } catch (error) {
          const { outcome } = (error as { metadata: { outcome: string } }).metadata;
          (outcome === "unknown" ? unknown : unwritten).push(id);
          return;
        }
        if (acknowledged.length === 500) void terminate("killed");
      }
    };
    await withTimeout(Promise.all(Array.from({ length: 32 }, pusher)), 20_000, "all pushers to end");
    expect(await failed.next()).toMatchObject({ reason: "STORAGE_UNAVAILABLE" });
    expect(failed.waiting).toBe(0);
    expect(lane.state).toBe("dead");
    expect(lane.pending).toBe(0);
    const found = new Set(await stored(10_000, next - 10_000));
    expect(acknowledged.filter((id) => !found.has(id))).toEqual([]);
    expect(unwritten.filter((id) => found.has(id))).toEqual([]);
    expect(acknowledged.length + unknown.length + unwritten.length).toBe(next - 10_000);

    await expect(lane.push(row(next))).rejects.toMatchObject({ reason: "STORAGE_UNAVAILABLE" });
    await lane.start();
    expect(await lane.push(row(next))).toBe(next);
    await lane.stop();
  });

  it("dies when it is idle and its backend is ended", async () => {
    const { lane, failed } = setup("idle");
    await lane.start();
    await terminate("idle");
    await failed.next();
    expect(lane.state).toBe("dead");
    await lane.stop();
    expect(lane.state).toBe("stopped");
  });

  it("gives up on a server that does not answer", async () => {
    const url = new URL(database.url);
    const proxy = await createTcpProxy({ target: { port: Number(url.port) } });
    url.port = String(proxy.port);
    const { lane, failed } = setup("mute", { url: url.href, flushTimeoutMs: 200 });
    await lane.start();
    expect(await lane.push(row(20_000))).toBe(20_000);
    proxy.swallow("down");
    await expect(lane.push(row(20_001))).rejects.toMatchObject({ metadata: { outcome: "unknown" } });
    await failed.next();
    await lane.stop();
    await proxy.close();
  });

  it("dies of a refused batch by default, of which nothing is written", async () => {
    const { lane, failed } = setup("refused");
    await lane.start();
    await lane.push(row(21_000));
    const results = await Promise.allSettled([lane.push(row(21_001)), lane.push(row(21_000))]);
    for (const result of results) {
      expect(result).toMatchObject({ reason: { reason: "STORAGE_UNAVAILABLE", metadata: { outcome: "not_written" } } });
    }
    await failed.next();
    expect(lane.state).toBe("dead");
    expect(await stored(21_001, 1)).toEqual([]);
    await lane.stop();
  });

  it("lives on after a refused batch where that is asked for", async () => {
    const { lane, failed } = setup("lenient", { refusal: "reject" });
    await lane.start();
    await lane.push(row(22_000));
    await expect(lane.push(row(22_000))).rejects.toMatchObject({ code: "23505" });
    expect(await lane.push(row(22_001))).toBe(22_001);
    expect(failed.waiting).toBe(0);
    await lane.stop();
  });

  it("does not believe a flush that returns too few results", async () => {
    const { lane } = setup("short", { flush: async () => [] });
    await lane.start();
    await expect(lane.push(row(23_000))).rejects.toMatchObject({ metadata: { outcome: "unknown" } });
    await lane.stop();
  });

  it("says that there is no server", async () => {
    const { lane } = setup("nowhere", { url: "postgres://x:y@127.0.0.1:1/z" });
    await expect(lane.start()).rejects.toMatchObject({ reason: "STORAGE_UNAVAILABLE" });
    await expect(lane.push(row(24_000))).rejects.toMatchObject({ metadata: { outcome: "not_written" } });
  });
});

describe("transactions of several statements", () => {
  const twice = async (client: Client, batch: readonly Row[]) => {
    const ids = await insertRows(client, batch);
    await insertRows(
      client,
      batch.map(({ id, body }) => row(id + 500, body)),
    );
    return ids;
  };

  it("commits all or nothing", async () => {
    const { lane } = setup("both", { transaction: true, refusal: "reject", flush: twice });
    await lane.start();
    await lane.push(row(30_000));
    expect(await stored(30_000, 1_000)).toEqual([30_000, 30_500]);
    await expect(lane.push(row(29_500))).rejects.toMatchObject({ code: "23505" });
    expect(await stored(29_500, 500)).toEqual([]);
    expect(await lane.push(row(30_001))).toBe(30_001);
    await lane.stop();
  });

  it("notices a flush that hid the error of a statement", async () => {
    const { lane } = setup("hidden", {
      transaction: true,
      flush: async (client, batch) => {
        const ids = await insertRows(client, batch);
        await client.query("select 1 / 0").catch(() => undefined);
        return ids;
      },
    });
    await lane.start();
    await expect(lane.push(row(31_000))).rejects.toMatchObject({ reason: "STORAGE_UNAVAILABLE" });
    expect(await stored(31_000, 1)).toEqual([]);
    await lane.stop();
  });
});

it("writes what is pending when it stops, and refuses more", async () => {
  const { lane } = setup("stops", { maxItems: 2 });
  await lane.start();
  const taken = rows(40_000, 7).map((item) => lane.push(item));
  const stopped = lane.stop();
  await expect(lane.push(row(40_100))).rejects.toMatchObject({ metadata: { outcome: "not_written" } });
  await Promise.all(taken);
  await stopped;
  expect(await stored(40_000, 7)).toHaveLength(7);
  await lane.stop();
});
