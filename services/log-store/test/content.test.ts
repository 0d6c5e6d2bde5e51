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

test.each([
  ["lines", "a\nb\n", ["a", "b"]],
  ["no line feed at the end", "a\nb", ["a", "b"]],
  ["carriage returns stay", "a\r\nb\r\n", ["a\r", "b\r"]],
  ["empty lines", "\n\na\n\n", ["", "", "a", ""]],
  ["a lone line feed", "\n", [""]],
  ["NUL", "a\u0000b\n", ["a\u0000b"]],
  ["many alphabets", "żółć\n日本語\n🙂\n", ["żółć", "日本語", "🙂"]],
])("text: %s", async (_, sent, expected) => {
  const job = newJob();
  await append(replica, job, text(sent));
  expect(messages(await readAll(replica, job))).toEqual(expected);
});

test("text that is not UTF-8 is shown with replacement characters, line by line", async () => {
  const job = newJob();
  await append(replica, job, text(new Uint8Array([0x61, 0xff, 0x0a, 0xe2, 0x82, 0x0a, 0x62, 0x0a])));
  expect(messages(await readAll(replica, job))).toEqual(["a\ufffd", "\ufffd", "b"]);
});

test("a line above 1 MiB becomes several entries, cut between characters", async () => {
  const job = newJob();
  const long = `x${"€".repeat(700_000)}`;
  await append(replica, job, text(`before\n${long}\nafter\n`));
  const read = messages(await readAll(replica, job));
  expect(read[0]).toBe("before");
  expect(read.at(-1)).toBe("after");
  expect(read).toHaveLength(5);
  expect(read.slice(1, -1).join("") === long).toBe(true);
  expect(Math.max(...read.map((line) => Buffer.byteLength(line)))).toBeLessThanOrEqual(1024 * 1024);
});

test("a long message becomes several entries with the same properties", async () => {
  const job = newJob();
  const message = "é".repeat(800_000);
  await append(replica, job, {
    content: { case: "entries", value: { entries: [{ message, level: 4, source: "s" }] } },
  });
  const read = await readAll(replica, job);
  expect(read.map(({ entry }) => [entry?.level, entry?.source])).toEqual([
    [4, "s"],
    [4, "s"],
  ]);
  expect(messages(read).join("") === message).toBe(true);
});

test("hundreds of thousands of lines in one append", async () => {
  const job = newJob();
  const lines = Array.from({ length: 300_000 }, (_, i) => String(i));
  const result = await append(replica, job, text(`${lines.join("\n")}\n`));
  expect(result.nextSequence).toBe(300_000n);
  const read = await readAll(replica, job);
  expect(read.every(({ entry }, i) => entry?.message === lines[i] && entry?.sequence === BigInt(i))).toBe(true);
  expect(read).toHaveLength(300_000);
});

test("entries keep all they carry", async () => {
  const job = newJob();
  const time = { seconds: 1_700_000_000n, nanos: 123_456_789 };
  const fields = new Uint8Array(Buffer.from('{"a":[1,2],"b":"ü"}'));
  const before = { seconds: -5n, nanos: 1 };
  const entries = [
    { time, level: 3, message: "warned\nover two lines", fields, source: "disk", type: 1 },
    { time: before, message: "long ago" },
    { data: new Uint8Array([0, 255, 10]), time },
    { type: 4, message: "limit", time },
  ];
  await append(replica, job, { content: { case: "entries", value: { entries } } });
  const read = (await readAll(replica, job)).map(({ entry }) => entry);
  expect(read[0]).toMatchObject({
    time,
    level: 3,
    message: "warned\nover two lines",
    source: "disk",
    type: 1,
    sequence: 0n,
  });
  expect([...(read[0]?.fields ?? [])]).toEqual([...fields]);
  expect(read[1]).toMatchObject({ time: before, type: 1, level: 0 });
  expect([...(read[2]?.data ?? [])]).toEqual([0, 255, 10]);
  expect(read[3]).toMatchObject({ type: 4, message: "limit" });
});

test("an entry far in the future or past does no harm", async () => {
  const job = newJob();
  const entries = [253_402_300_799n, -62_135_596_800n].map((seconds) => ({
    time: { seconds, nanos: 0 },
    message: "t",
  }));
  await append(replica, job, { content: { case: "entries", value: { entries } } });
  expect((await readAll(replica, job)).map(({ entry }) => entry?.time?.seconds)).toEqual(
    entries.map(({ time }) => time.seconds),
  );
});

test("raw bytes are one entry per append", async () => {
  const job = newJob();
  const bytes = new Uint8Array(3 * 1024 * 1024).map((_, i) => (i * 31) % 256);
  await append(replica, job, { content: { case: "raw", value: bytes } });
  await append(replica, job, { content: { case: "raw", value: new Uint8Array([1]) } });
  const read = await readAll(replica, job);
  expect(read).toHaveLength(2);
  expect(Buffer.compare(read[0]?.entry?.data ?? new Uint8Array(), bytes)).toBe(0);
  const { streams } = await replica.client.listLogs({ namespace, jobId: job });
  expect(streams[0]?.byteCount).toBe(BigInt(bytes.length + 1));
});

test("byte counts are of text without line ends", async () => {
  const job = newJob();
  await append(replica, job, text("äb\nc\n"));
  await append(replica, job, { content: { case: "entries", value: { entries: [{ message: "€" }] } } });
  const { streams } = await replica.client.listLogs({ namespace, jobId: job });
  expect(streams[0]).toMatchObject({ byteCount: 7n, length: 3n, sealed: false, archived: false });
});

describe("replacing text", () => {
  const replace = (job: string, value: string) =>
    replica.client.replaceLogText({ stream: { namespace, jobId: job, attempt: 1, stream: "console" }, text: value });

  async function present(job: string): Promise<string> {
    const ref = { namespace, jobId: job, attempt: 1, stream: "console" };
    const { records } = await replica.client.readLog({ stream: ref, from: { case: "sinceReset", value: true } });
    return messages(records).join("");
  }

  test("adds the suffix while the text grows, resets when it does not", async () => {
    const job = newJob();
    expect(await replace(job, "one\ntw")).toMatchObject({ nextSequence: 1n, reset: false });
    expect(await replace(job, "one\ntwo\n")).toMatchObject({ nextSequence: 2n, reset: false });
    expect(await replace(job, "one\ntwo\n")).toMatchObject({ nextSequence: 2n, reset: false });
    expect(await present(job)).toBe("one\ntwo\n");
    expect(await replace(job, "other")).toMatchObject({ nextSequence: 4n, reset: true });
    expect(await present(job)).toBe("other");
    expect(await replace(job, "other 🙂")).toMatchObject({ nextSequence: 5n, reset: false });
    expect(await present(job)).toBe("other 🙂");
    expect(await replace(job, "")).toMatchObject({ nextSequence: 6n, reset: true });
    expect(await present(job)).toBe("");
    const all = await readAll(replica, job, "console");
    expect(all.map(({ entry }) => entry?.type)).toEqual([1, 1, 3, 1, 1, 3]);
  });

  test("works without anything remembered, and between two replicas", async () => {
    const job = newJob();
    const other = await startReplica(database.url);
    try {
      const ref = { stream: { namespace, jobId: job, attempt: 1, stream: "console" } };
      for (let i = 1; i <= 6; i++) {
        const { client } = i % 2 === 0 ? replica : other;
        expect(await client.replaceLogText({ ...ref, text: "ab".repeat(i) })).toMatchObject({
          reset: false,
          nextSequence: BigInt(i),
        });
      }
      expect(await present(job)).toBe("ab".repeat(6));
    } finally {
      await other.stop();
    }
  });

  test("a text above 1 MiB", async () => {
    const job = newJob();
    const long = "€".repeat(600_000);
    await replace(job, long);
    expect((await present(job)) === long).toBe(true);
  });

  test("is refused for an older attempt, also when nothing would change", async () => {
    const job = newJob();
    await replace(job, "text");
    await append(replica, job, text("x\n"), { attempt: 2 });
    await expect(replace(job, "text")).rejects.toThrow("not the job's newest attempt");
    await expect(replace(job, "text and more")).rejects.toThrow("not the job's newest attempt");
  });

  test("concurrent writers do not mix their texts", async () => {
    const job = newJob();
    const texts = ["a".repeat(50), "b".repeat(50), "c".repeat(50)];
    await Promise.all(texts.map((value) => replace(job, value)));
    expect(texts).toContain(await present(job));
  });
});
