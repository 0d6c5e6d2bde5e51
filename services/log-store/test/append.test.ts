import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { TestDatabase } from "@switchyard/testkit";
import {
  append,
  createLogDatabase,
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
let replica: Replica;

beforeAll(async () => {
  database = await createLogDatabase();
  replica = await startReplica(database.url);
});

afterAll(async () => {
  await replica.stop();
  await database.drop();
});

describe("sequence rules", () => {
  test("numbers are dense from 0", async () => {
    const job = newJob();
    expect(await append(replica, job, text("a\nb\n"))).toMatchObject({ firstSequence: 0n, nextSequence: 2n });
    expect(await append(replica, job, text("c\n"))).toMatchObject({ firstSequence: 2n, nextSequence: 3n });
    const records = await readAll(replica, job);
    expect(records.map(({ entry }) => entry?.sequence)).toEqual([0n, 1n, 2n]);
    expect(messages(records)).toEqual(["a", "b", "c"]);
  });

  test("a repeat after a lost answer adds nothing and gets the same answer", async () => {
    const job = newJob();
    const first = await append(replica, job, { ...text("a\nb\n"), expectedSequence: 0n });
    await append(replica, job, { ...text("c\n"), expectedSequence: 2n });
    const repeat = await append(replica, job, { ...text("a\nb\n"), expectedSequence: 0n });
    expect(repeat).toMatchObject({ firstSequence: first.firstSequence, nextSequence: first.nextSequence });
    expect(reasonName(repeat)).toBe("");
    expect(messages(await readAll(replica, job))).toEqual(["a", "b", "c"]);
  });

  test.each([
    ["lines", text("b\nc\nd\n")],
    [
      "entries",
      { content: { case: "entries" as const, value: { entries: ["b", "c", "d"].map((message) => ({ message })) } } },
    ],
  ])("a repeat that overlaps adds the rest: %s", async (_, content) => {
    const job = newJob();
    await append(replica, job, text("a\nb\n"));
    const result = await append(replica, job, { ...content, expectedSequence: 1n });
    expect(result).toMatchObject({ firstSequence: 1n, nextSequence: 4n });
    expect(messages(await readAll(replica, job))).toEqual(["a", "b", "c", "d"]);
  });

  test("beyond the end is refused with the number to continue at", async () => {
    const job = newJob();
    await append(replica, job, text("a\n"));
    const result = await append(replica, job, { ...text("x\n"), expectedSequence: 5n });
    expect(reasonName(result)).toBe("SEQUENCE_MISMATCH");
    expect(result.nextSequence).toBe(1n);
    expect(messages(await readAll(replica, job))).toEqual(["a"]);
  });

  test("beyond the end of nothing makes no stream", async () => {
    const job = newJob();
    const result = await append(replica, job, { ...text("x\n"), expectedSequence: 5n });
    expect(reasonName(result)).toBe("SEQUENCE_MISMATCH");
    const { streams } = await replica.client.listLogs({ namespace, jobId: job });
    expect(streams).toEqual([]);
  });

  test("with allow_gap what is missing is recorded, and what follows has the expected numbers", async () => {
    const job = newJob();
    await append(replica, job, text("a\n"));
    const gapped = { ...text("x\ny\n"), expectedSequence: 5n, allowGap: true };
    expect(await append(replica, job, gapped)).toMatchObject({ firstSequence: 5n, nextSequence: 7n });
    expect(await append(replica, job, gapped)).toMatchObject({ firstSequence: 5n, nextSequence: 7n });
    const records = await readAll(replica, job);
    expect(records.map(({ entry }) => [entry?.sequence, entry?.type, entry?.message])).toEqual([
      [0n, 1, "a"],
      [1n, 2, "4 entries are missing"],
      [5n, 1, "x"],
      [6n, 1, "y"],
    ]);
  });

  test("appends of one call to one stream are taken in their order", async () => {
    const job = newJob();
    const appends = Array.from({ length: 500 }, (_, i) => ({
      jobId: job,
      attempt: 1,
      append: { stream: "stdout", ...text(`${i}\n`), expectedSequence: BigInt(i) },
    }));
    const { results } = await replica.client.appendLog({ namespace, appends });
    expect(results.map(reasonName).filter((name) => name !== "")).toEqual([]);
    expect(messages(await readAll(replica, job))).toEqual(appends.map((_, i) => String(i)));
  });

  test("an empty append adds nothing and tells where the stream stands", async () => {
    const job = newJob();
    await append(replica, job, text("a\n"));
    expect(await append(replica, job, text(""))).toMatchObject({ firstSequence: 1n, nextSequence: 1n });
  });
});

describe("ended attempts", () => {
  test("an older attempt is refused once a newer one has a stream", async () => {
    const job = newJob();
    await append(replica, job, text("one\n"));
    await append(replica, job, text("two\n"), { attempt: 2 });
    expect(reasonName(await append(replica, job, text("late\n")))).toBe("LEASE_LOST");
    expect(reasonName(await append(replica, job, { ...text("one\n"), expectedSequence: 0n }))).toBe("LEASE_LOST");
    const other = { ...text("late\n"), stream: "stderr" };
    expect(reasonName(await append(replica, job, other))).toBe("LEASE_LOST");
    expect(messages(await readAll(replica, job))).toEqual(["one"]);
  });

  test("a sealed stream refuses more, and confirms repeats of what it has", async () => {
    const job = newJob();
    await append(replica, job, { ...text("a\n"), expectedSequence: 0n });
    const targets = [{ jobId: job, which: { case: "attempt" as const, value: 1 } }];
    expect(await replica.client.sealLog({ namespace, targets })).toMatchObject({ sealedCount: 1 });
    expect(await replica.client.sealLog({ namespace, targets })).toMatchObject({ sealedCount: 0 });
    expect(reasonName(await append(replica, job, text("b\n")))).toBe("LOG_SEALED");
    expect(reasonName(await append(replica, job, { ...text("a\n"), expectedSequence: 0n }))).toBe("");
    expect(reasonName(await append(replica, job, { ...text("a\n"), stream: "yet-to-come" }))).toBe("LOG_SEALED");
    const page = await replica.client.readLog({ stream: { namespace, jobId: job, attempt: 1, stream: "stdout" } });
    expect(page).toMatchObject({ sealed: true, length: 1n });
  });

  test("before_attempt ends the attempts before it, those without streams included, and no other", async () => {
    const job = newJob();
    await append(replica, job, text("a\n"), { attempt: 2 });
    const targets = [{ jobId: job, which: { case: "beforeAttempt" as const, value: 3 } }];
    expect(await replica.client.sealLog({ namespace, targets })).toMatchObject({ sealedCount: 1 });
    expect(reasonName(await append(replica, job, text("b\n"), { attempt: 2 }))).toBe("LEASE_LOST");
    expect(reasonName(await append(replica, job, text("b\n"), { attempt: 1 }))).toBe("LEASE_LOST");
    expect(reasonName(await append(replica, job, text("c\n"), { attempt: 3 }))).toBe("");
  });

  test("final lengths: short streams get a gap, longer ones keep what they have", async () => {
    const job = newJob();
    await append(replica, job, text("a\nb\n"));
    await append(replica, job, { ...text("e\nf\ng\n"), stream: "stderr" });
    const lengths = [
      { stream: "stdout", length: 5n },
      { stream: "stderr", length: 1n },
      { stream: "never", length: 2n },
    ];
    const targets = [{ jobId: job, which: { case: "attempt" as const, value: 1 }, lengths }];
    expect(await replica.client.sealLog({ namespace, targets })).toMatchObject({ sealedCount: 3 });
    await replica.client.sealLog({
      namespace,
      targets: targets.map((target) => ({ ...target, lengths: [{ stream: "more", length: 3n }] })),
    });
    const { streams } = await replica.client.listLogs({ namespace, jobId: job });
    expect(streams.map(({ ref, length, sealed }) => [ref?.stream, length, sealed])).toEqual([
      ["never", 2n, true],
      ["stderr", 3n, true],
      ["stdout", 5n, true],
    ]);
    expect(messages(await readAll(replica, job))).toEqual(["a", "b", "3 entries are missing"]);
    expect(messages(await readAll(replica, job, "never"))).toEqual(["2 entries are missing"]);
  });

  test("many seals in one call", async () => {
    const ids = Array.from({ length: 200 }, newJob);
    await Promise.all(ids.map((id) => append(replica, id, text("a\n"))));
    const targets = ids.map((jobId) => ({ jobId, which: { case: "attempt" as const, value: 1 } }));
    expect(await replica.client.sealLog({ namespace, targets })).toMatchObject({ sealedCount: 200 });
  });
});

describe("deleting", () => {
  test("takes the streams, and keeps a late runner from bringing them back", async () => {
    const job = newJob();
    await append(replica, job, text("a\n"));
    await append(replica, job, { ...text("b\n"), stream: "stderr" });
    const deleted = await replica.client.deleteLogs({ namespace, jobIds: [job, newJob()] });
    expect(deleted.deletedCount).toBe(2);
    const reading = replica.client.readLog({ stream: { namespace, jobId: job, attempt: 1, stream: "stdout" } });
    await expect(reading).rejects.toThrow("no stream");
    expect(reasonName(await append(replica, job, text("late\n")))).toBe("LOG_SEALED");
    expect(reasonName(await append(replica, job, text("again\n"), { attempt: 2 }))).toBe("");
    const { rows } = await replica.pool.query(
      "select from logs.chunks c where not exists (select from logs.streams s where s.id = c.stream_id)",
    );
    expect(rows).toHaveLength(0);
  });
});

describe("what is refused", () => {
  test.each([
    ["an attempt of 0", { attempt: 0 }],
    ["an empty job id", { jobId: "" }],
    ["a control character in the stream", { stream: "a\nb" }],
    ["a stream of 256 bytes", { stream: "ä".repeat(128) }],
    ["no content", { content: undefined }],
    ["a negative sequence number", { expectedSequence: -1n }],
    [
      "too many entries",
      {
        content: {
          case: "entries" as const,
          value: { entries: Array.from({ length: 5_001 }, () => ({ message: "" })) },
        },
      },
    ],
    [
      "fields that are no object",
      { content: { case: "entries" as const, value: { entries: [{ fields: new Uint8Array(Buffer.from("[1]")) }] } } },
    ],
    ["a level that nobody knows", { content: { case: "entries" as const, value: { entries: [{ level: 9 }] } } }],
  ])("%s", async (_, wrong) => {
    const { jobId = newJob(), attempt = 1, ...rest } = wrong as { jobId?: string; attempt?: number };
    const good = newJob();
    const { results } = await replica.client.appendLog({
      namespace,
      appends: [
        { jobId, attempt, append: { stream: "stdout", ...text("a\n"), ...rest } },
        { jobId: good, attempt: 1, append: { stream: "stdout", ...text("fine\n") } },
      ],
    });
    expect(results.map(reasonName)).toEqual(["INVALID_ARGUMENT", ""]);
    expect(messages(await readAll(replica, good))).toEqual(["fine"]);
  });

  test("more than 1,000 appends, or no namespace", async () => {
    const appends = Array.from({ length: 1_001 }, () => ({}));
    await expect(replica.client.appendLog({ namespace, appends })).rejects.toThrow("more than 1000");
    await expect(replica.client.appendLog({ namespace: "", appends: [] })).rejects.toThrow("namespace is empty");
  });

  test("more than may wait", async () => {
    const small = await startReplica(database.url, { limits: { maxPendingBytes: 1_000 } });
    try {
      const job = newJob();
      await expect(append(small, job, text("x".repeat(2_000)))).rejects.toThrow("more than 1000 bytes wait");
      expect(reasonName(await append(small, job, text("small\n")))).toBe("");
    } finally {
      await small.stop();
    }
  });
});
