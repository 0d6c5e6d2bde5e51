import { connect } from "node:http2";
import { create, toBinary } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { AppendLogRequestSchema, type LogRecord, LogService } from "@switchyard/proto/switchyard/log/v1/log_service_pb";
import { createClient, createGrpcServer, createGrpcTransport, type GrpcServer } from "@switchyard/rpc";
import type { TestDatabase } from "@switchyard/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { utf8 } from "./bad/odd-values.js";
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

// Over gRPC a message has at most 4 MiB: what is larger is refused as a whole, and whatever was taken can be read in every way.

let database: TestDatabase;
let replica: Replica;
let server: GrpcServer;
let address: string;
let transport: ReturnType<typeof createGrpcTransport>;
/** The replica as others reach it. */
let far: Replica;

beforeAll(async () => {
  database = await createLogDatabase();
  // Nobody is told here that he was too slow.
  replica = await startReplica(database.url, { limits: { followerBufferBytes: 64 * MIB } });
  server = createGrpcServer({ routes: replica.store.routes });
  address = await server.listen("127.0.0.1:0");
  transport = createGrpcTransport({ address });
  far = { ...replica, client: createClient(LogService, transport) };
});
afterAll(async () => {
  transport.close();
  await server.stop(0);
  await replica.stop();
  await database.drop();
});

const MIB = 1024 * 1024;
const ref = (jobId: string) => ({ namespace, jobId, attempt: 1, stream: "stdout" });

/** What somebody sees who reads in both directions, and who follows from the beginning or from the last entries on, as many at a time as the contract allows. */
async function everyWay(job: string) {
  const all = follow(far, job, { fromSequence: 0n });
  const last = follow(far, job, { last: 10_000 });
  const back: LogRecord[] = [];
  for (let pageToken = ""; ; ) {
    const from = { case: "fromEnd" as const, value: true };
    const page = await far.client.readLog({ stream: ref(job), from, pageSize: 10_000, pageToken });
    back.unshift(...page.records);
    pageToken = page.nextPageToken;
    if (pageToken === "") break;
  }
  const forward = await readAll(far, job);
  await Promise.all([all.ended, last.ended]);
  expect([all.told.error, last.told.error]).toEqual([undefined, undefined]);
  return { forward, back, all: all.told.records, last: last.told.records };
}

/** Bytes of the stream as a file. */
async function download(jobId: string): Promise<number> {
  let bytes = 0;
  for await (const { data } of far.client.downloadLog({ stream: ref(jobId) })) bytes += data.length;
  return bytes;
}

async function search(job: string, filter: { readonly contains: string }, context: number): Promise<LogRecord[]> {
  const found: LogRecord[] = [];
  for await (const { records } of far.client.searchLogs({ stream: ref(job), filter, context, limit: 100_000 }))
    found.push(...records);
  return found;
}

const seal = (job: string) =>
  replica.client.sealLog({ namespace, targets: [{ jobId: job, which: { case: "attempt", value: 1 } }] });

const sameAs = (expected: readonly string[]) => (records: readonly LogRecord[]) => {
  const found = messages(records);
  return found.length === expected.length && found.every((message, i) => message === expected[i]);
};

describe("what is larger than a message", () => {
  test.each([
    ["the caller's own transport", undefined],
    ["the server", 16 * MIB],
  ])("a line of 10 MB is refused by %s, nothing of it is stored, and the connection goes on", async (_, most) => {
    const job = newJob();
    const own = createGrpcTransport({ address, ...(most === undefined ? {} : { maxMessageBytes: most }) });
    const sender = { client: createClient(LogService, own) };
    const refused = append(sender, job, { ...text(`${"x".repeat(10_000_000)}\n`), expectedSequence: 0n });
    const error: unknown = await refused.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ConnectError);
    expect(error).toMatchObject({ code: Code.ResourceExhausted });
    expect((await replica.client.listLogs({ namespace, jobId: job })).streams).toEqual([]);
    expect(await append(sender, job, { ...text("small\n"), expectedSequence: 0n })).toMatchObject({ reason: 0 });
    own.close();
  });

  test("a line of 3 MB that fits is stored in pieces", async () => {
    const job = newJob();
    const line = `${"0123456789".repeat(300_000)}`;
    expect(await append(far, job, text(`${line}\nnext\n`))).toMatchObject({ reason: 0, nextSequence: 4n });
    await seal(job);
    const { forward, back, all, last } = await everyWay(job);
    for (const records of [forward, back, all]) {
      expect(messages(records).slice(0, -1).join("") === line).toBe(true);
      expect(messages(records).at(-1)).toBe("next");
      expect(records.map(({ entry }) => Number(entry?.sequence))).toEqual([0, 1, 2, 3]);
    }
    expect(messages(last).at(-1)).toBe("next");
  });
});

describe("what takes more room on the wire than in the store", () => {
  test("long lines that are not UTF-8", async () => {
    const job = newJob();
    const live = follow(far, job, { fromSequence: 0n });
    const bytes = new Uint8Array(750_000).fill(0xff);
    for (let i = 0; i < 2; i++) await append(far, job, text(bytes));
    await seal(job);
    await live.ended;
    expect(live.told.error).toBeUndefined();
    const isAsWritten = sameAs(Array.from({ length: 2 }, () => "\ufffd".repeat(750_000)));
    const { forward, back, all } = await everyWay(job);
    expect([forward, back, all, live.told.records].map(isAsWritten)).toEqual([true, true, true, true]);
    expect(isAsWritten(await search(job, { contains: "\ufffd\ufffd" }, 0))).toBe(true);
  });

  test("thousands of lines in an alphabet of three bytes each", async () => {
    const job = newJob();
    const lines = Array.from({ length: 2_400 }, (_, i) => `${i} ${"日本語".repeat(200)}`);
    const live = follow(far, job, { fromSequence: 0n });
    for (let at = 0; at < lines.length; at += 1_000)
      await append(far, job, text(lines.slice(at, at + 1_000).join("\n")));
    await seal(job);
    await live.ended;
    expect(live.told.error).toBeUndefined();
    const isAsWritten = sameAs(lines);
    const { forward, back, all } = await everyWay(job);
    expect([forward, back, all, live.told.records].map(isAsWritten)).toEqual([true, true, true, true]);
    expect(isAsWritten(await search(job, { contains: "日" }, 0))).toBe(true);
    expect(isAsWritten(await search(job, { contains: "日" }, 100))).toBe(true);
  });

  test("a match among a hundred large lines", async () => {
    const job = newJob();
    const line = "y".repeat(45_000);
    for (let i = 0; i < 4; i++) await append(far, job, text(`${line}\n`.repeat(30)));
    await append(far, job, text("needle\n"));
    for (let i = 0; i < 4; i++) await append(far, job, text(`${line}\n`.repeat(30)));
    const found = await search(job, { contains: "needle" }, 100);
    expect(found.map(({ entry }) => Number(entry?.sequence))).toEqual(Array.from({ length: 201 }, (_, i) => 20 + i));
  });
});

describe("raw entries", () => {
  const raw = (size: number) => ({ content: { case: "raw" as const, value: new Uint8Array(size).fill(7) } });

  test("a large one behind smaller ones", async () => {
    const job = newJob();
    const live = follow(far, job, { fromSequence: 0n });
    const sizes = [400_000, 3_800_000, 100_000, 400_000, 3_800_000];
    for (const size of sizes) expect(reasonName(await append(far, job, raw(size)))).toBe("");
    await seal(job);
    await live.ended;
    expect(live.told.error).toBeUndefined();
    const { forward, back, all } = await everyWay(job);
    for (const records of [forward, back, all, live.told.records])
      expect(records.map(({ entry }) => entry?.data.length)).toEqual(sizes);
    expect(await download(job)).toBe(sizes.reduce((sum, size) => sum + size, 0));
  });

  test("a large one behind smaller ones that a slow reader with a filter has not taken yet", async () => {
    const job = newJob();
    const filter = { beforeTime: { seconds: 200_000_000_000n, nanos: 0 } };
    // Some answers are under way while the reader stands still; what is large comes behind them.
    const sizes = [...Array.from({ length: 40 }, () => 1), 490_000, 3_800_000];
    await append(far, job, raw(1));
    const responses = replica.client.tailLog({ stream: ref(job), fromSequence: 0n, filter })[Symbol.asyncIterator]();
    const told: LogRecord[][] = [(await responses.next()).value?.records ?? []];
    for (const size of sizes.slice(1)) await append(far, job, raw(size));
    await seal(job);
    for (let next = await responses.next(); next.done !== true; next = await responses.next())
      told.push(next.value.records);
    const lengths = told.map((records) => records.map(({ entry }) => entry?.data.length ?? 0));
    expect(lengths.flat()).toEqual(sizes);
    expect(Math.max(...lengths.map((answer) => answer.reduce((sum, length) => sum + length, 0)))).toBeLessThan(4 * MIB);
  });

  test("of any size is refused or can be read", async () => {
    const most = 3_800 * 1024;
    for (const size of [most, most + 1, 4 * MIB - 1_000, 4 * MIB - 200, 4 * MIB - 100, 4 * MIB - 40]) {
      // Short names, so that the request has little beside the bytes.
      const job = `j${size}`;
      const outcome = await append(far, job, { stream: "s", ...raw(size) }).catch((error: ConnectError) => error);
      if (outcome instanceof ConnectError) expect(outcome.code).toBe(Code.ResourceExhausted);
      const taken = !(outcome instanceof ConnectError) && reasonName(outcome) === "";
      expect(taken).toBe(size === most);
      const { streams } = await replica.client.listLogs({ namespace, jobId: job });
      expect(streams.map(({ length }) => Number(length))).toEqual(taken ? [1] : []);
      if (taken) expect((await readAll(far, job, "s"))[0]?.entry?.data.length).toBe(size);
    }
  });
});

/** Calls a method with bytes as they are. @returns the status of gRPC */
function callRaw(method: string, message: Uint8Array): Promise<Code> {
  const session = connect(`http://${address}`);
  const stream = session.request({
    ...{ ":method": "POST", ":path": `/${LogService.typeName}/${method}` },
    ...{ "content-type": "application/grpc", te: "trailers" },
  });
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  stream.end(Buffer.concat([head, message]));
  return new Promise<Code>((resolve, reject) => {
    const heed = (headers: Readonly<Record<string, unknown>>) => {
      if (headers["grpc-status"] !== undefined) resolve(Number(headers["grpc-status"]));
    };
    stream.on("response", heed).on("trailers", heed).on("error", reject).resume();
  }).finally(() => session.close());
}

test("names that are not UTF-8 are refused, and nothing is stored", async () => {
  const request = (jobId: string) => {
    const content = { case: "text" as const, value: { lines: utf8("a\n"), source: "SOURCE" } };
    const item = { jobId, attempt: 1, append: { stream: "STREAM", content }, secrets: ["SECRET"] };
    const message = create(AppendLogRequestSchema, { namespace: "NAMESPACE", appends: [item] });
    return Buffer.from(toBinary(AppendLogRequestSchema, message));
  };
  const bad = newJob();
  for (const name of ["NAMESPACE", bad, "STREAM", "SECRET", "SOURCE"]) {
    const bytes = request(bad);
    bytes[bytes.indexOf(name)] = 0xff;
    expect(await callRaw("AppendLog", bytes)).toBe(Code.InvalidArgument);
  }
  const good = newJob();
  expect(await callRaw("AppendLog", request(good))).toBe(0);
  const { rows } = await replica.pool.query("select job_id from logs.jobs where namespace not in ($1)", [namespace]);
  expect(rows).toEqual([{ job_id: good }]);
});
