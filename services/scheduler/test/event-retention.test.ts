import { createPool, type Pool } from "@switchyard/postgres";
import { JobEventType } from "@switchyard/proto/switchyard/scheduler/v1/event_pb";
import { eventually, type TestDatabase } from "@switchyard/testkit";
import { pino } from "pino";
import { afterAll, beforeAll, expect, it } from "vitest";
import { dayMs } from "../src/domain/core/retention-bucket.js";
import { eventsPerPartition } from "../src/store/partitions.js";
import {
  createSchedulerDatabase,
  item,
  createMovableClock,
  repeating,
  startScheduler,
  type TestScheduler,
} from "./setup.js";

const namespace = "events";
const { SUBMITTED, OVERRUN } = JobEventType;
const clock = createMovableClock();
let database: TestDatabase;
let system: TestScheduler;
let pool: Pool;

beforeAll(async () => {
  database = await createSchedulerDatabase();
  system = await startScheduler(database, { shardLeaseMs: 300, historyIntervalMs: 20 }, { clock });
  pool = createPool({ url: database.url, applicationName: "events-test", log: pino({ level: "silent" }) });
});
afterAll(async () => {
  await pool.close();
  await system.stop();
  await database.drop();
});

const submit = (count = 1) =>
  repeating(() => system.jobs.submitJobs({ namespace, items: Array.from({ length: count }, () => item()) }));

const stretches = async () => {
  const { rows } = await pool.query<{ name: string }>(
    "select relname as name from pg_class where relispartition and relkind = 'r' and relname like 'events_%' order by 1",
  );
  return rows.map(({ name }) => name);
};

/** Reads events behind a number until there are as many. */
const watch = (afterSequence: bigint, count: number) => repeating(() => watchOnce(afterSequence, count));

async function watchOnce(afterSequence: bigint, count: number) {
  const seen: { type: JobEventType; sequence: bigint }[] = [];
  for await (const { events } of system.jobs.watchJobs({ namespace, afterSequence })) {
    seen.push(...events.map(({ type, sequence }) => ({ type, sequence })));
    if (seen.length >= count) return seen;
  }
  throw new Error("the watch ended");
}

it("a stretch of events is made before it is needed, and an old one is dropped; who comes from before it is told", async () => {
  expect(await stretches()).toEqual(["events_0", "events_1"]);
  await submit(3);
  expect((await watch(0n, 3)).map(({ sequence }) => sequence)).toEqual([1n, 2n, 3n]);

  // As if four million events had happened: the numbers go on in the middle of the next stretch.
  await system.stop();
  const middle = eventsPerPartition * 1.75;
  await pool.query("insert into scheduler.events (shard, first_sequence, n, at_ms, data) values (0, $1, 1, 0, '[]')", [
    middle - 1,
  ]);
  system = await startScheduler(database, { shardLeaseMs: 300, historyIntervalMs: 20 }, { clock });
  await submit();
  expect(await watch(3n, 1)).toEqual([{ type: SUBMITTED, sequence: BigInt(middle) }]);
  await eventually(async () => expect(await stretches()).toEqual(["events_0", "events_1", "events_2"]));

  // The stretch that is being written stays, however old its events are.
  clock.pass(8 * dayMs);
  await eventually(async () => expect(await stretches()).toEqual(["events_1", "events_2"]));
  expect(await watch(1n, 2)).toEqual([
    { type: OVERRUN, sequence: 3n },
    { type: SUBMITTED, sequence: BigInt(middle) },
  ]);
  // Nothing was missed by who has seen the last number of it, nor by who asks for the beginning of what is kept.
  for (const after of [0n, 3n]) expect(await watch(after, 1)).toEqual([{ type: SUBMITTED, sequence: BigInt(middle) }]);

  // And numbers go on after a restart.
  system = await system.restart();
  await submit();
  expect(await watch(BigInt(middle), 1)).toEqual([{ type: SUBMITTED, sequence: BigInt(middle) + 1n }]);
});
