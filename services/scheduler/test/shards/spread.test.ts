import { createPool } from "@switchyard/postgres";
import { eventually, type TestDatabase } from "@switchyard/testkit";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { createSchedulerDatabase, item } from "../setup.js";
import { createReplicas, type Replicas, spreadEvenly } from "./replicas.js";

let database: TestDatabase;
let replicas: Replicas;

beforeAll(async () => {
  database = await createSchedulerDatabase();
  replicas = createReplicas(6, database);
});
afterEach(() => replicas.stop());
afterAll(async () => {
  await database.drop();
});

describe("shards are spread", () => {
  it("evenly over the replicas that are there, whoever comes, leaves or dies", async () => {
    const a = await replicas.start("a");
    await spreadEvenly([a], 6, 6);
    const b = await replicas.start("b");
    await spreadEvenly([a, b], 3, 3);
    const c = await replicas.start("c");
    await spreadEvenly([a, b, c], 2, 2);
    expect([...(await a.owned()), ...(await b.owned()), ...(await c.owned())].sort()).toEqual([0, 1, 2, 3, 4, 5]);

    await b.leave();
    await spreadEvenly([a, c], 3, 3);
    await c.kill();
    await spreadEvenly([a], 6, 6);
    await a.leave();
  });

  it("and replicas that start together do not wait for each other", async () => {
    const pool = createPool({ url: database.url, applicationName: "spread-test", max: 1 });
    // What one has that started at the same moment: some shards, and no address yet.
    await pool.query(
      "update scheduler.shards set owner = 'z', address = '', lease_until = clock_timestamp() + interval '1 minute' where shard < 3",
    );
    const a = await replicas.start("a");
    await eventually(async () => expect((await a.owned()).sort()).toEqual([3, 4, 5]));
    await pool.query("update scheduler.shards set lease_until = clock_timestamp() where owner = 'z'");
    await spreadEvenly([a], 6, 6);
    await a.leave();
    await pool.close();
  });

  it("and each replica knows who owns what", async () => {
    const a = await replicas.start("a");
    const b = await replicas.start("b");
    await spreadEvenly([a, b], 3, 3);
    await eventually(async () => {
      const known = await Promise.all([a, b].map(async (asked) => (await asked.shards.listShards({})).shards));
      expect(known[0]).toEqual(known[1]);
      expect(known[0]?.map(({ number }) => number)).toEqual([0, 1, 2, 3, 4, 5]);
      const ofA = await a.owned();
      for (const { number, owner, address } of known[0] ?? []) {
        const expected = ofA.includes(number) ? a : b;
        expect({ owner, address }).toEqual({ owner: expected.id, address: expected.address });
      }
    });
    await a.leave();
    await b.leave();
  });

  it("over more shards when a later start names more, and over as many as there are when it names fewer", async () => {
    const a = await replicas.start("a");
    const before = ["one", "two", "three"];
    for (const namespace of before) await a.jobs.submitJobs({ namespace, items: [item()] });
    const { locations } = await a.shards.locateNamespaces({ namespaces: before });
    const b = await replicas.start("b", { shards: 9 });
    const c = await replicas.start("c", { shards: 2 });
    await spreadEvenly([a, b, c], 3, 3);
    for (const replica of [a, b, c]) {
      const found = await replica.shards.locateNamespaces({ namespaces: before });
      expect(found.locations.map(({ shard }) => shard)).toEqual(locations.map(({ shard }) => shard));
      for (const namespace of before) {
        const { jobs } = await replica.jobs.listJobs({ namespace });
        expect(jobs).toHaveLength(1);
      }
    }
    await Promise.all([a.leave(), b.leave()]);
    await spreadEvenly([c], 9, 9);
    await c.leave();
  });
});
