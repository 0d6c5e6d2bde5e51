import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createTcpProxy, eventually, type TestDatabase } from "@switchyard/testkit";
import {
  append,
  createLogDatabase,
  follow,
  messages,
  namespace,
  newJob,
  type Replica,
  readAll,
  startReplica,
  text,
} from "./log-bundle.js";

let database: TestDatabase;
let replica: Replica;
let admin: pg.Client;

beforeAll(async () => {
  database = await createLogDatabase({ leaks: "ignore" });
  replica = await startReplica(database.url);
  admin = new pg.Client({ connectionString: database.url });
  await admin.connect();
});

afterAll(async () => {
  await admin.end();
  await replica.stop();
  await database.drop();
});

/** Ends every backend of the store, as a failover or an operator would. */
async function terminateAll(): Promise<number> {
  const { rowCount } = await admin.query(
    "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name like 'log-store%'",
  );
  return rowCount ?? 0;
}

/** Appends until it is confirmed, as a producer that numbers its entries does. */
async function persist(job: string, stream: string, from: number, size: number): Promise<void> {
  const lines = Array.from({ length: size }, (_, i) => `${stream}:${from + i}\n`).join("");
  await eventually(
    async () => {
      const result = await append(replica, job, { ...text(lines), stream, expectedSequence: BigInt(from) });
      expect(result).toMatchObject({ reason: 0, firstSequence: BigInt(from), nextSequence: BigInt(from + size) });
    },
    { timeoutMs: 20_000, intervalMs: 5 },
  );
}

/** Follows a stream to its end as a reader should: after an error it goes on behind the last entry that it got. */
async function tailThroughOutages(job: string, stream: string): Promise<string[]> {
  const seen: string[] = [];
  await eventually(
    async () => {
      const tail = follow(replica, job, { fromSequence: BigInt(seen.length) }, { stream });
      await tail.ended;
      seen.push(...messages(tail.told.records));
      expect(tail.told.error).toBeUndefined();
    },
    { timeoutMs: 25_000, intervalMs: 1 },
  );
  return seen;
}

test("with backends ended under load, everything confirmed is there exactly once", async () => {
  const job = newJob();
  const tail = tailThroughOutages(job, "p0");
  let confirmed = 0;
  let over = false;
  const producers = Array.from({ length: 6 }, async (_, producer) => {
    let next = 0;
    for (; !over; next += 20) {
      await persist(job, `p${producer}`, next, 20);
      confirmed++;
    }
    return next;
  });
  let ended = 0;
  for (let round = 0; round < 12; round++) {
    const before = confirmed;
    await eventually(() => expect(confirmed).toBeGreaterThan(before + 5), { intervalMs: 1 });
    ended += await terminateAll();
  }
  over = true;
  const totals = await Promise.all(producers);
  expect(ended).toBeGreaterThan(12);
  const expected = totals.map((total, producer) => Array.from({ length: total }, (_, i) => `p${producer}:${i}`));
  for (const [producer, lines] of expected.entries()) {
    expect(messages(await eventually(() => readAll(replica, job, `p${producer}`)))).toEqual(lines);
  }
  await eventually(() =>
    replica.client.sealLog({ namespace, targets: [{ jobId: job, which: { case: "attempt", value: 1 } }] }),
  );
  expect(await tail).toEqual(expected[0]);
});

test("while the database is away callers are told so, and later all is well again", async () => {
  const target = new URL(database.url);
  const proxy = await createTcpProxy({ target: { host: target.hostname, port: Number(target.port) } });
  const through = new URL(database.url);
  through.host = `127.0.0.1:${proxy.port}`;
  const far = await startReplica(through.href);
  try {
    const job = newJob();
    await append(far, job, { ...text("0\n"), expectedSequence: 0n });
    const tail = follow(far, job, { fromSequence: 0n });
    await eventually(() => expect(messages(tail.told.records)).toEqual(["0"]));
    proxy.refuse(true);
    proxy.cut();
    await expect(append(far, job, { ...text("1\n"), expectedSequence: 1n })).rejects.toThrow("not available");
    const reading = far.client.readLog({ stream: { namespace, jobId: job, attempt: 1, stream: "stdout" } });
    await expect(reading).rejects.toThrow("does not answer");
    await append(replica, job, { ...text("elsewhere\n"), expectedSequence: 1n });
    proxy.refuse(false);
    await eventually(async () => {
      expect(await append(far, job, { ...text("2\n"), expectedSequence: 2n })).toMatchObject({ reason: 0 });
    });
    // What another replica wrote while this one heard nothing is read when it listens again.
    await eventually(() => expect(messages(tail.told.records)).toEqual(["0", "elsewhere", "2"]));
    tail.stop();
    await tail.ended;
    expect(messages(await readAll(replica, job))).toEqual(["0", "elsewhere", "2"]);
  } finally {
    await far.stop();
    await proxy.close();
  }
});
