import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually, type TestDatabase } from "@switchyard/testkit";
import {
  append,
  createLogDatabase,
  follow,
  messages,
  namespace,
  newJob,
  type Replica,
  startReplica,
  text,
} from "./log-bundle.js";

let database: TestDatabase;
let replica: Replica;

beforeAll(async () => {
  database = await createLogDatabase();
  replica = await startReplica(database.url);
});

afterAll(async () => {
  await replica.stop();
  await database.drop();
});

const seal = (job: string, attempt = 1) =>
  replica.client.sealLog({ namespace, targets: [{ jobId: job, which: { case: "attempt", value: attempt } }] });

const sealedOf = ({ told }: ReturnType<typeof follow>) =>
  told.responses.flatMap(({ sealed }) => sealed.map(({ stream, length }) => [stream, length]));

describe("one stream", () => {
  test("replays from a number, follows, and ends at the seal", async () => {
    const job = newJob();
    await append(replica, job, text("a\nb\nc\n"));
    const tail = follow(replica, job, { fromSequence: 1n });
    await eventually(() => expect(messages(tail.told.records)).toEqual(["b", "c"]));
    await append(replica, job, text("d\n"));
    await eventually(() => expect(messages(tail.told.records)).toEqual(["b", "c", "d"]));
    await seal(job);
    await tail.ended;
    expect(tail.told.error).toBeUndefined();
    expect(sealedOf(tail)).toEqual([["stdout", 4n]]);
  });

  test("from now on, when nothing else is said", async () => {
    const job = newJob();
    await append(replica, job, text("old\n"));
    const ready = follow(replica, job, { last: 1 });
    const tail = follow(replica, job);
    await eventually(() => expect(messages(ready.told.records)).toEqual(["old"]));
    await eventually(async () => {
      await append(replica, job, text("new\n"));
      expect(tail.told.records.length).toBeGreaterThan(0);
    });
    expect(new Set(messages(tail.told.records))).toEqual(new Set(["new"]));
    await seal(job);
    await Promise.all([tail.ended, ready.ended]);
  });

  test("the last ones that match, then what follows", async () => {
    const job = newJob();
    await append(replica, job, text("x1\ny1\nx2\ny2\nx3\n"));
    const tail = follow(replica, job, { last: 2, filter: { contains: "x" } });
    await eventually(() => expect(messages(tail.told.records)).toEqual(["x2", "x3"]));
    await append(replica, job, text("y3\nx4\n"));
    await seal(job);
    await tail.ended;
    expect(messages(tail.told.records)).toEqual(["x2", "x3", "x4"]);
  });

  test("a finished stream answers and ends, with and without a number", async () => {
    const job = newJob();
    await append(replica, job, text("a\nb\n"));
    await seal(job);
    const all = follow(replica, job, { fromSequence: 0n });
    const none = follow(replica, job);
    await Promise.all([all.ended, none.ended]);
    expect(messages(all.told.records)).toEqual(["a", "b"]);
    expect(none.told.records).toEqual([]);
    expect([sealedOf(all), sealedOf(none)]).toEqual([[["stdout", 2n]], [["stdout", 2n]]]);
  });

  test("a stream that is yet to come is waited for; of an ended attempt it is empty", async () => {
    const job = newJob();
    const tail = follow(replica, job, { fromSequence: 0n });
    await append(replica, job, { ...text("x\n"), stream: "other" });
    await append(replica, job, text("first\n"));
    await eventually(() => expect(messages(tail.told.records)).toEqual(["first"]));
    await seal(job);
    const late = follow(replica, job, {}, { stream: "never" });
    await Promise.all([tail.ended, late.ended]);
    expect(sealedOf(late)).toEqual([["never", 0n]]);
  });

  test("ends when a newer attempt begins", async () => {
    const job = newJob();
    await append(replica, job, text("a\n"));
    const tail = follow(replica, job, { fromSequence: 0n });
    await eventually(() => expect(tail.told.records).toHaveLength(1));
    await append(replica, job, text("b\n"), { attempt: 2 });
    await tail.ended;
    expect(sealedOf(tail)).toEqual([["stdout", 1n]]);
  });

  test("a gap at the seal reaches the reader", async () => {
    const job = newJob();
    await append(replica, job, text("a\n"));
    const tail = follow(replica, job, { fromSequence: 0n });
    const lengths = [{ stream: "stdout", length: 3n }];
    await replica.client.sealLog({
      namespace,
      targets: [{ jobId: job, which: { case: "attempt", value: 1 }, lengths }],
    });
    await tail.ended;
    expect(messages(tail.told.records)).toEqual(["a", "2 entries are missing"]);
    expect(sealedOf(tail)).toEqual([["stdout", 3n]]);
  });

  test("deleting ends it with an error", async () => {
    const job = newJob();
    await append(replica, job, text("a\n"));
    const tail = follow(replica, job, { fromSequence: 0n });
    await eventually(() => expect(tail.told.records).toHaveLength(1));
    await replica.client.deleteLogs({ namespace, jobIds: [job] });
    await tail.ended;
    expect(String(tail.told.error)).toContain("was deleted");
  });
});

describe("all streams of an attempt", () => {
  test("those that come later included, until the attempt is sealed", async () => {
    const job = newJob();
    await append(replica, job, text("out1\n"));
    const tail = follow(replica, job, { fromSequence: 0n }, { stream: "" });
    await eventually(() => expect(tail.told.records).toHaveLength(1));
    await append(replica, job, { ...text("err1\n"), stream: "stderr" });
    await eventually(() => expect(tail.told.records).toHaveLength(2));
    await append(replica, job, text("out2\n"));
    await append(replica, job, { ...text("err2\n"), stream: "stderr" });
    await seal(job);
    await tail.ended;
    const by = (name: string) => messages(tail.told.records.filter(({ stream }) => stream === name));
    expect([by("stdout"), by("stderr")]).toEqual([
      ["out1", "out2"],
      ["err1", "err2"],
    ]);
    expect(new Set(sealedOf(tail).map(([stream]) => stream))).toEqual(new Set(["stdout", "stderr"]));
  });

  test("an attempt that ends without any stream", async () => {
    const job = newJob();
    const tail = follow(replica, job, {}, { stream: "" });
    await seal(job);
    await tail.ended;
    expect(tail.told).toEqual({ records: [], responses: [] });
  });
});

test("each of 10 x 1,000 concurrent entries reaches every follower exactly once and in order", async () => {
  const job = newJob();
  const producers = Array.from({ length: 10 }, async (_, producer) => {
    for (let i = 0; i < 1_000; ) {
      const size = 1 + ((i * 7 + producer * 3) % 23);
      const to = Math.min(1_000, i + size);
      const lines = Array.from({ length: to - i }, (_, k) => `${producer}:${i + k}\n`).join("");
      await append(replica, job, text(lines));
      i = to;
    }
  });
  const tails: ReturnType<typeof follow>[] = [];
  // Followers come in while the producers are at it, so that the seam between replay and following is everywhere.
  for (let i = 0; i < 8; i++) {
    tails.push(follow(replica, job, { fromSequence: 0n }));
    await new Promise((resolve) => setImmediate(resolve));
    await append(replica, job, { ...text("tick\n"), stream: "ticks" });
  }
  await Promise.all(producers);
  await seal(job);
  await Promise.all(tails.map(({ ended }) => ended));
  for (const { told } of tails) {
    expect(told.error).toBeUndefined();
    expect(told.responses.every(({ missed }) => missed === 0n)).toBe(true);
    expect(told.records.map(({ entry }) => Number(entry?.sequence))).toEqual(
      Array.from({ length: 10_000 }, (_, i) => i),
    );
  }
  const seen = messages(tails[0]?.told.records ?? []);
  for (let producer = 0; producer < 10; producer++) {
    const own = seen.filter((line) => line.startsWith(`${producer}:`));
    expect(own).toEqual(Array.from({ length: 1_000 }, (_, i) => `${producer}:${i}`));
  }
});

test("a slow reader is told how many entries it missed, and goes on with the newest", async () => {
  const job = newJob();
  const small = await startReplica(database.url, { limits: { followerBufferBytes: 200_000 } });
  try {
    await append(small, job, text("first\n"));
    const stream = { namespace, jobId: job, attempt: 1, stream: "stdout" };
    const responses = small.client.tailLog({ stream, fromSequence: 0n })[Symbol.asyncIterator]();
    const first = await responses.next();
    expect(messages(first.value?.records ?? [])).toEqual(["first"]);
    const line = `${"x".repeat(990)}\n`;
    // The reader stands still; what the transport holds and the buffer take is a small part of this.
    for (let i = 0; i < 400; i++) await append(small, job, text(line.repeat(100)));
    await append(small, job, text("last\n"));
    await small.client.sealLog({ namespace, targets: [{ jobId: job, which: { case: "attempt", value: 1 } }] });
    let next = 1;
    let missed = 0;
    let newest = "";
    for (;;) {
      const { value, done } = await responses.next();
      if (done === true || value === undefined) break;
      missed += Number(value.missed);
      next += Number(value.missed);
      for (const { entry } of value.records) {
        expect(Number(entry?.sequence)).toBe(next);
        newest = entry?.message ?? "";
        next++;
      }
    }
    expect(missed).toBeGreaterThan(1_000);
    expect(newest).toBe("last");
    expect(next).toBe(40_002);
  } finally {
    await small.stop();
  }
});

test("a slow reader of what is there already misses nothing", async () => {
  const job = newJob();
  const small = await startReplica(database.url, { limits: { followerBufferBytes: 50_000 } });
  try {
    const line = `${"x".repeat(90)}\n`;
    for (let i = 0; i < 100; i++) await append(small, job, text(line.repeat(200)));
    const stream = { namespace, jobId: job, attempt: 1, stream: "stdout" };
    const responses = small.client.tailLog({ stream, fromSequence: 0n })[Symbol.asyncIterator]();
    let count = (await responses.next()).value?.records.length ?? 0;
    for (let i = 0; i < 20; i++) await append(small, job, text(line.repeat(200)));
    // Still reading the database, far behind the buffer, which overflows meanwhile.
    while (count < 20_000) {
      const { value } = await responses.next();
      expect(value?.missed).toBe(0n);
      count += value?.records.length ?? 0;
    }
    await responses.return?.();
  } finally {
    await small.stop();
  }
});

test("stopping ends tails with SHUTTING_DOWN, and writes what was accepted", async () => {
  const job = newJob();
  const other = await startReplica(database.url);
  const tail = follow(other, job, { fromSequence: 0n });
  await append(other, job, text("a\n"));
  await eventually(() => expect(tail.told.records).toHaveLength(1));
  const accepted = Array.from({ length: 50 }, (_, i) => append(other, job, text(`${i}\n`)));
  await Promise.resolve();
  await other.stop();
  await tail.ended;
  expect(String(tail.told.error)).toContain("this replica is ending");
  const written = (await Promise.allSettled(accepted)).filter(({ status }) => status === "fulfilled").length;
  const page = await replica.client.readLog({ stream: { namespace, jobId: job, attempt: 1, stream: "stdout" } });
  expect(page.length).toBe(BigInt(written + 1));
  expect(written).toBe(50);
});

test("readers are counted, and one that goes away is forgotten", async () => {
  const limited = await startReplica(database.url, { limits: { maxFollowers: 1 } });
  try {
    const job = newJob();
    await append(limited, job, text("a\n"));
    const tail = follow(limited, job, { fromSequence: 0n });
    await eventually(() => expect(tail.told.records).toHaveLength(1));
    const second = follow(limited, job);
    await second.ended;
    expect(String(second.told.error)).toContain("more than 1 readers");
    tail.stop();
    await tail.ended;
    await seal(job);
    await eventually(async () => {
      const third = follow(limited, job, { fromSequence: 0n });
      await third.ended;
      expect(third.told.error).toBeUndefined();
      expect(messages(third.told.records)).toEqual(["a"]);
    });
  } finally {
    await limited.stop();
  }
});
