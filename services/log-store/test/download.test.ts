import { randomBytes } from "node:crypto";
import { LogEntryType } from "@switchyard/proto/switchyard/log/v1/entry_pb";
import type { TestDatabase } from "@switchyard/testkit";
import { afterAll, beforeAll, expect, test } from "vitest";
import { append, createLogDatabase, namespace, newJob, type Replica, startReplica, text } from "./log-bundle.js";

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

async function download(jobId: string, fromSequence = 0n) {
  const pieces: Uint8Array[] = [];
  let next = fromSequence;
  const stream = { namespace, jobId, attempt: 1, stream: "stdout" };
  for await (const { data, nextSequence } of replica.client.downloadLog({ stream, fromSequence })) {
    pieces.push(data);
    next = nextSequence;
  }
  return { bytes: Buffer.concat(pieces), pieces: pieces.length, next };
}

test("lines come back as the bytes that they were, also where they are no UTF-8", async () => {
  const job = newJob();
  const bytes = Buffer.concat([Buffer.from("one\r\n\n"), Buffer.from([0xff, 0xfe, 0x0a]), Buffer.from("four\n")]);
  await append(replica, job, text(new Uint8Array(bytes)));
  await append(replica, job, text("five"));
  expect((await download(job)).bytes).toEqual(Buffer.concat([bytes, Buffer.from("five\n")]));
  expect((await download(job, 3n)).bytes.toString()).toBe("four\nfive\n");
  expect(await download(job, 5n)).toMatchObject({ pieces: 0, next: 5n });
});

test("raw data is not touched, entries are lines, and gaps and marks are nothing", async () => {
  const [raw, entries] = [newJob(), newJob()];
  const data = randomBytes(700_000);
  for (const part of [data.subarray(0, 300_000), data.subarray(300_000)])
    await append(replica, raw, { content: { case: "raw", value: new Uint8Array(part) } });
  const file = await download(raw);
  expect(file.bytes.equals(data)).toBe(true);
  expect(file.next).toBe(2n);

  const list = [{ message: "a" }, { message: "reset", type: LogEntryType.RESET }, { message: "b\nc" }];
  await append(replica, entries, { content: { case: "entries", value: { entries: list } } });
  await append(replica, entries, { ...text("d\n"), expectedSequence: 9n, allowGap: true });
  expect((await download(entries)).bytes.toString()).toBe("a\nb\nc\nd\n");
  expect((await download(entries, 2n)).bytes.toString()).toBe("b\nc\nd\n");
});

test("a long stream comes in pieces, each of which says where to go on", async () => {
  const job = newJob();
  const lines = Array.from({ length: 30_000 }, (_, i) => `${i} ${"x".repeat(40)}`);
  for (let at = 0; at < lines.length; at += 10_000)
    await append(replica, job, text(`${lines.slice(at, at + 10_000).join("\n")}\n`));
  const whole = await download(job);
  expect(whole.pieces).toBeGreaterThan(1);
  expect(whole.bytes.toString()).toBe(`${lines.join("\n")}\n`);
  expect((await download(job, 17_500n)).bytes.toString()).toBe(`${lines.slice(17_500).join("\n")}\n`);
});

test("what is not there is not found, and one stream has to be named", async () => {
  await expect(download(newJob())).rejects.toThrow("there is no stream stdout");
  const call = replica.client.downloadLog({ stream: { namespace, jobId: newJob(), attempt: 1 } });
  await expect(call[Symbol.asyncIterator]().next()).rejects.toThrow("stream.stream is empty");
});
