import { createPool } from "@switchyard/postgres";
import type { TestDatabase } from "@switchyard/testkit";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { createSchedulerDatabase, item } from "../setup.js";
import { createReplicas, namespaceAt, type Replicas, spreadEvenly } from "./replicas.js";

let home: TestDatabase;
let second: TestDatabase;
let third: TestDatabase;
let replicas: Replicas;

beforeAll(async () => {
  [home, second, third] = await Promise.all([
    createSchedulerDatabase(),
    createSchedulerDatabase(),
    createSchedulerDatabase(),
  ]);
  replicas = createReplicas(4, home, new Map([2, 3].map((shard) => [shard, second])));
});
afterEach(() => replicas.stop());
afterAll(async () => {
  await Promise.all([home, second, third].map((database) => database.drop()));
});

/** Rows of a query in one database. */
async function ask<Row extends object>({ url }: TestDatabase, text: string): Promise<Row[]> {
  const pool = createPool({ url, max: 1, applicationName: "test" });
  try {
    return (await pool.query<Row>(text)).rows;
  } finally {
    await pool.close();
  }
}

describe("shards on several databases", () => {
  it("keep their namespaces there, under ids of one installation", async () => {
    const a = await replicas.start("a");
    const b = await replicas.start("b");
    await spreadEvenly([a, b], 2, 2);
    const names = Array.from({ length: 12 }, (_, i) => `spread-${i}`);
    const ids = new Map<string, string>();
    for (const namespace of names) {
      const { jobs } = await a.jobs.submitJobs({ namespace, items: [item()] });
      ids.set(namespace, jobs[0]?.jobId as string);
    }
    const { locations } = await b.shards.locateNamespaces({ namespaces: names });
    for (const [database, shards] of [
      [home, [0, 1]],
      [second, [2, 3]],
    ] as const) {
      const rows = await ask<{ name: string; shard: number }>(database, "select name, shard from scheduler.namespaces");
      const expected = locations.filter(({ shard }) => shards.some((number) => number === shard));
      expect(expected.length).toBeGreaterThan(0);
      expect(rows.map(({ name }) => name).sort()).toEqual(expected.map(({ namespace }) => namespace).sort());
      const [{ list = [] } = {}] = await ask<{ list: number[] }>(
        database,
        "select array_agg(shard order by shard) as list from scheduler.shards",
      );
      expect(list).toEqual(shards);
    }
    const keys = await Promise.all(
      [home, second].map((database) => ask(database, "select id_key from scheduler.installation")),
    );
    expect(keys[0]).toEqual(keys[1]);
    for (const [namespace, jobId] of ids) {
      const { job } = await b.jobs.getJob({ namespace, by: { case: "jobId", value: jobId } });
      expect(job?.id).toBe(jobId);
    }
    await b.kill();
    await spreadEvenly([a], 4, 4);
    for (const namespace of names) expect((await a.jobs.listJobs({ namespace })).jobs).toHaveLength(1);
    await a.leave();
  });

  it("are not served from a database that they do not live in", async () => {
    const wrong = createReplicas(4, home, new Map([2, 3].map((shard) => [shard, third])));
    await expect(wrong.start("wrong")).rejects.toThrow("shard 2 lives in another database");
    await expect(createReplicas(4, home).start("without")).rejects.toThrow("shard 2 lives in another database");
    await expect(createReplicas(2, home).start("fewer")).rejects.toThrow(
      "lives in a database that is not named any more",
    );
    expect(await ask(third, "select from scheduler.shards where shard > 0")).toEqual([]);
  });

  it("are not made in a database that another installation uses, nor twice in one", async () => {
    await ask(third, "update scheduler.installation set id_key = sha256('another')");
    const other = createReplicas(1, third);
    const stranger = await other.start("stranger");
    await stranger.jobs.submitJobs({ namespace: await namespaceAt(stranger, "used"), items: [item()] });
    await other.stop();
    const grown = createReplicas(5, home, new Map([2, 3, 4].map((shard) => [shard, shard === 4 ? third : second])));
    await expect(grown.start("grown")).rejects.toThrow("in use by another installation");
  });
});
