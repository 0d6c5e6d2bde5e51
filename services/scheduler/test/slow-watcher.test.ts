import { systemClock as clock } from "@switchyard/clock";
import { create } from "@bufbuild/protobuf";
import { createPool, type Pool } from "@switchyard/postgres";
import { SubmitJobsRequestSchema } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import type { TestDatabase } from "@switchyard/testkit";
import { pino } from "pino";
import { afterAll, beforeAll, expect, it } from "vitest";
import { familyFor } from "../src/domain/core/retention-bucket.js";
import type { Directory } from "../src/domain/directory.js";
import { watchEvents } from "../src/domain/reads/watch-events.js";
import { ShardOwner } from "../src/domain/shard/shard-owner.js";
import { createSingleShardDirectory } from "../src/domain/sharding/single-shard-directory.js";
import { createPostgresShardStore } from "../src/store/postgres-shard-store.js";
import { submitJobs } from "../src/transport/submit-jobs.js";
import { createSchedulerDatabase, item } from "./setup.js";

// Below the transport: over one, somebody always reads ahead, and nothing piles up.
const namespace = "slow";
let database: TestDatabase;
let pool: Pool;
let owner: ShardOwner;
let directory: Directory;

beforeAll(async () => {
  database = await createSchedulerDatabase();
  const logger = pino({ level: "silent" });
  const { url } = database;
  pool = createPool({ url, applicationName: "slow-watcher-test", log: logger });
  const settings = { address: () => "", leaseMs: 10_000, bodyCacheBytes: 1_024 * 1_024, standard: familyFor(30) };
  const store = createPostgresShardStore({ url, pool, controlPool: pool, leasePool: pool });
  owner = new ShardOwner({
    shard: 0,
    store,
    pool,
    clock,
    logger,
    owner: "test",
    duties: [],
    ...settings,
  });
  directory = createSingleShardDirectory(owner, await store.loadIdKey(), clock);
  await owner.start();
});
afterAll(async () => {
  await owner.stop();
  await pool.close();
  await database.drop();
});

const submit = (count: number, into = namespace) => {
  const items = Array.from({ length: count }, () => item());
  return submitJobs(directory, create(SubmitJobsRequestSchema, { namespace: into, items }), { inputBytes: 1_024 });
};

it("a reader that lets too much pile up goes on from the table, without gap or repeat, and then from memory again", async () => {
  await submit(1);
  const { term, space } = await directory.open(namespace);
  const watch = watchEvents(term, space, 0, new AbortController().signal);
  const batches = watch.batches[Symbol.asyncIterator]();
  const seen: number[] = [];
  const readUpTo = async (count: number) => {
    while (seen.length < count) {
      const { value } = (await batches.next()) as IteratorYieldResult<{ events: readonly { sequence: number }[] }>;
      seen.push(...value.events.map(({ sequence }) => sequence));
    }
  };
  await readUpTo(1);
  let stored = 0;
  const query = pool.query.bind(pool);
  pool.query = ((...args: Parameters<typeof query>) => {
    if (String(args[0]).includes("scheduler.events")) stored++;
    return query(...args);
  }) as typeof pool.query;
  await submit(500);
  await readUpTo(501);
  expect(stored).toBe(0);
  for (let call = 0; call < 22; call++) {
    await submit(1_000);
    // Numbers of others come in between.
    await submit(1, "other");
  }
  await readUpTo(22_501);
  expect(stored).toBeGreaterThan(0);
  stored = 0;
  await submit(3);
  await readUpTo(22_504);
  expect(stored).toBe(0);
  pool.query = query;
  watch.stop();

  const { rows } = await pool.query<{ n: number }>("select sum(n)::int as n from scheduler.events");
  expect(rows[0]?.n).toBe(22_504 + 22);
  expect(new Set(seen).size).toBe(22_504);
  expect(seen).toEqual([...seen].sort((a, b) => a - b));
});
