import { afterAll, beforeAll, expect, test } from "vitest";
import { eventually, type TestDatabase } from "@switchyard/testkit";
import {
  append,
  createLogDatabase,
  follow,
  messages,
  namespace,
  newJob,
  type Replica,
  readAll,
  reasonName,
  startReplica,
  text,
} from "./log-bundle.js";

let database: TestDatabase;
let a: Replica;
let b: Replica;

beforeAll(async () => {
  database = await createLogDatabase();
  [a, b] = await Promise.all([startReplica(database.url), startReplica(database.url)]);
});

afterAll(async () => {
  await Promise.all([a.stop(), b.stop()]);
  await database.drop();
});

const sealAttempt = (replica: Replica, job: string) =>
  replica.client.sealLog({ namespace, targets: [{ jobId: job, which: { case: "attempt", value: 1 } }] });

test("appends through both in turn make one stream, which a follower on either sees", async () => {
  const job = newJob();
  const onA = follow(a, job, { fromSequence: 0n });
  const onB = follow(b, job, { fromSequence: 0n }, { stream: "" });
  for (let i = 0; i < 200; i++) {
    const result = await append(i % 2 === 0 ? a : b, job, { ...text(`${i}\n`), expectedSequence: BigInt(i) });
    expect(result).toMatchObject({ reason: 0, firstSequence: BigInt(i) });
  }
  await sealAttempt(a, job);
  await Promise.all([onA.ended, onB.ended]);
  const expected = Array.from({ length: 200 }, (_, i) => String(i));
  expect(messages(onA.told.records)).toEqual(expected);
  expect(messages(onB.told.records)).toEqual(expected);
});

test("a follower goes on over restarts of its replica, with what another one took meanwhile", async () => {
  const job = newJob();
  let [written, over] = [0, false];
  const writing = (async () => {
    for (; !over; written++) await append(a, job, { ...text(`${written}\n`), expectedSequence: BigInt(written) });
    await sealAttempt(a, job);
  })();
  const seen: string[] = [];
  for (let life = 0; life < 4; life++) {
    const far = await startReplica(database.url);
    const tail = follow(far, job, { fromSequence: BigInt(seen.length) });
    const isCaughtUp = () => expect(seen.length + tail.told.records.length).toBeGreaterThan(written - 5);
    // Following, not only reading what was there when it came.
    for (let times = 0; times < 3; times++) {
      const before = written;
      await eventually(() => expect(written).toBeGreaterThan(before + 5), { intervalMs: 1 });
      await eventually(isCaughtUp, { intervalMs: 1 });
    }
    if (life === 3) over = true;
    else await far.stop();
    await tail.ended;
    seen.push(...messages(tail.told.records));
    if (life === 3) await far.stop();
    else expect(String(tail.told.error)).toContain("this replica is ending");
    // Some are written while it is away.
    const away = written;
    if (life < 3) await eventually(() => expect(written).toBeGreaterThan(away + 10), { intervalMs: 1 });
  }
  await writing;
  expect(seen).toEqual(Array.from({ length: written }, (_, i) => String(i)));
});

test("concurrent appends through both lose and double nothing", async () => {
  const job = newJob();
  const tail = follow(b, job, { fromSequence: 0n });
  const writers = [a, b, a, b].map(async (replica, writer) => {
    for (let i = 0; i < 100; i++) {
      const result = await append(replica, job, text(`${writer}:${i}\n${writer}:${i}'\n`));
      expect(reasonName(result)).toBe("");
    }
  });
  await Promise.all(writers);
  await sealAttempt(b, job);
  await tail.ended;
  const stored = messages(await readAll(a, job));
  expect(stored).toHaveLength(800);
  for (let writer = 0; writer < 4; writer++) {
    const own = stored.filter((line) => line.startsWith(`${writer}:`));
    expect(own).toEqual(Array.from({ length: 100 }, (_, i) => [`${writer}:${i}`, `${writer}:${i}'`]).flat());
  }
  expect(messages(tail.told.records)).toEqual(stored);
});

test("a replica gets its turn at a stream that another one writes without pause", async () => {
  const job = newJob();
  let over = false;
  const busy = Array.from({ length: 4 }, async () => {
    let written = 0;
    for (; !over; written++) await append(a, job, text("a\n"));
    return written;
  });
  for (let i = 0; i < 40; i++) expect(reasonName(await append(b, job, text("b\n")))).toBe("");
  over = true;
  const others = (await Promise.all(busy)).reduce((sum, written) => sum + written, 0);
  const stored = messages(await readAll(b, job));
  expect(stored.filter((line) => line === "b")).toHaveLength(40);
  expect(stored.filter((line) => line === "a")).toHaveLength(others);
});

test("a seal ends writers that contend for a stream", async () => {
  const job = newJob();
  await append(a, job, text("x\n"));
  const writers = [a, a, b, b].map(async (replica) => {
    for (;;) {
      const reason = reasonName(await append(replica, job, text("x\n")));
      if (reason !== "") return reason;
    }
  });
  await eventually(async () => expect((await readAll(a, job)).length).toBeGreaterThan(200));
  await sealAttempt(a, job);
  expect(await Promise.all(writers)).toEqual(["LOG_SEALED", "LOG_SEALED", "LOG_SEALED", "LOG_SEALED"]);
});

test("the same appends sent to both are stored once", async () => {
  const job = newJob();
  for (let i = 0; i < 30; i++) {
    const content = { ...text(`${i}\n`), expectedSequence: BigInt(i) };
    const results = await Promise.all([append(a, job, content), append(b, job, content)]);
    for (const result of results)
      expect(result).toMatchObject({ reason: 0, firstSequence: BigInt(i), nextSequence: BigInt(i + 1) });
  }
  expect(messages(await readAll(b, job))).toEqual(Array.from({ length: 30 }, (_, i) => String(i)));
});

test("a seal, a newer attempt and a deletion through one hold for the other", async () => {
  const job = newJob();
  await append(a, job, text("a\n"));
  await append(b, job, text("b\n"));
  await sealAttempt(b, job);
  expect(reasonName(await append(a, job, text("c\n")))).toBe("LOG_SEALED");
  await append(b, job, text("d\n"), { attempt: 2 });
  expect(reasonName(await append(a, job, text("e\n")))).toBe("LEASE_LOST");
  await append(a, job, text("f\n"), { attempt: 2 });
  await b.client.deleteLogs({ namespace, jobIds: [job] });
  expect(reasonName(await append(a, job, text("g\n"), { attempt: 2 }))).toBe("LOG_SEALED");
});

test("a wrong idea of the end is corrected before it becomes a refusal", async () => {
  const job = newJob();
  await append(a, job, text("0\n"));
  await append(b, job, text("1\n2\n"));
  expect(await append(a, job, { ...text("3\n"), expectedSequence: 3n })).toMatchObject({
    reason: 0,
    firstSequence: 3n,
  });
});

test("nothing is added after a seal has answered, however the two race", async () => {
  for (let round = 0; round < 30; round++) {
    const job = newJob();
    const stream = round % 2 === 0 ? "stdout" : "late";
    if (stream === "stdout") await append(a, job, text("0\n"));
    const appends = Array.from({ length: 10 }, (_, i) =>
      append([a, b][i % 2] as Replica, job, { ...text(`${i}\n`), stream }),
    );
    await sealAttempt(b, job);
    const { streams } = await a.client.listLogs({ namespace, jobId: job });
    await Promise.all(appends);
    const after = await b.client.listLogs({ namespace, jobId: job });
    expect(after.streams.map(({ length }) => length)).toEqual(streams.map(({ length }) => length));
  }
});

test("many new streams at once through both", async () => {
  const ids = Array.from({ length: 300 }, newJob);
  const tail = follow(a, ids[299] as string, {}, { stream: "" });
  await Promise.all(
    [a, b].map((replica) =>
      replica.client.appendLog({
        namespace,
        appends: ids.flatMap((jobId) => [
          { jobId, attempt: 1, append: { stream: "stdout", ...text("x\n") } },
          { jobId, attempt: 1, append: { stream: "stderr", ...text("y\n") } },
        ]),
      }),
    ),
  );
  const { rows } = await a.pool.query(
    "select count(*)::int as n, sum(length)::int as length from logs.streams where job_id = any($1)",
    [ids],
  );
  expect(rows).toEqual([{ n: 600, length: 1_200 }]);
  await eventually(() => expect(tail.told.records).toHaveLength(4));
  tail.stop();
  await tail.ended;
});
