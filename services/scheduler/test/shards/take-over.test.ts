import { eventually, type TestDatabase } from "@switchyard/testkit";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { createSchedulerDatabase, item } from "../setup.js";
import { because } from "../test-namespace.js";
import { createReplicas, namespaceAt, type Replicas, spreadEvenly } from "./replicas.js";

let database: TestDatabase;
let replicas: Replicas;

beforeAll(async () => {
  database = await createSchedulerDatabase();
  replicas = createReplicas(4, database);
});
afterEach(() => replicas.stop());
afterAll(async () => {
  await database.drop();
});

describe("the shards of an owner that is cut off from its database", () => {
  it("go to another one, which has all that was acknowledged; the old one writes nothing and tells nothing any more", async () => {
    const a = await replicas.start("a");
    const b = await replicas.start("b");
    await spreadEvenly([a, b], 2, 2);
    const namespace = await namespaceAt(b, "lost");
    const { jobs } = await a.jobs.submitJobs({ namespace, items: [item(), item()] });
    b.cutOff();
    // A call during the take-over waits for the next owner.
    const { jobs: listed } = await a.jobs.listJobs({ namespace });
    expect(listed.map(({ id }) => id).sort()).toEqual(jobs.map(({ jobId }) => jobId).sort());
    await spreadEvenly([a], 4, 4);
    await a.jobs.submitJobs({ namespace, items: [item()] });

    const refusals = ["SHARD_LOST", "OWNER_UNKNOWN", "STORAGE_UNAVAILABLE"];
    await Promise.all(
      [
        b.jobs.listJobs({ namespace }),
        b.queues.getQueue({ namespace, name: "default" }),
        b.jobs.submitJobs({ namespace, items: [item()] }),
      ].map((call) => expect(call).rejects.toSatisfy((error) => refusals.some((reason) => because(reason)(error)))),
    );
    expect((await a.jobs.listJobs({ namespace })).jobs).toHaveLength(3);
    await b.kill();
    await a.leave();
  });

  it("are spread over those that are left", async () => {
    const [a, b, c] = [await replicas.start("a"), await replicas.start("b"), await replicas.start("c")];
    await eventually(async () => {
      for (const replica of [a, b, c]) expect((await replica.owned()).length).toBeGreaterThan(0);
    });
    await c.kill();
    await spreadEvenly([a, b], 2, 2);
    await Promise.all([a.leave(), b.leave()]);
  });
});
