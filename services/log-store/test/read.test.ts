import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { MessageInitShape } from "@bufbuild/protobuf";
import type { ReadLogRequestSchema } from "@switchyard/proto/switchyard/log/v1/log_service_pb";
import type { TestDatabase } from "@switchyard/testkit";
import {
  append,
  createLogDatabase,
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

type Request = Omit<MessageInitShape<typeof ReadLogRequestSchema>, "$typeName" | "stream">;

/** Reads page by page; returns the messages of each page. */
async function pages(job: string, request: Request = {}, { stream = "stdout", attempt = 1 } = {}): Promise<string[][]> {
  const result: string[][] = [];
  for (let pageToken = ""; ; ) {
    const ref = { namespace, jobId: job, attempt, stream };
    const page = await replica.client.readLog({ ...request, stream: ref, pageToken });
    result.push(messages(page.records));
    pageToken = page.nextPageToken;
    if (pageToken === "") return result;
  }
}

const at = (seconds: number) => ({ seconds: BigInt(seconds), nanos: 0 });
const numbers = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => String(from + i));

/** A stream of entries "0", "1", ... at seconds 0, 1, ..., in chunks of uneven sizes. */
async function counted(total: number): Promise<string> {
  const job = newJob();
  for (let next = 0, size = 1; next < total; size = (size * 3) % 17 || 5) {
    const to = Math.min(total, next + size);
    const entries = numbers(next, to).map((message) => ({ message, time: at(Number(message)) }));
    await append(replica, job, { content: { case: "entries", value: { entries } } });
    next = to;
  }
  return job;
}

describe("one stream", () => {
  test("pages forward from any number, and between two", async () => {
    const job = await counted(100);
    expect(await pages(job, { pageSize: 30 })).toEqual([
      numbers(0, 30),
      numbers(30, 60),
      numbers(60, 90),
      numbers(90, 100),
    ]);
    expect(await pages(job, { from: { case: "fromSequence", value: 37n }, beforeSequence: 41n })).toEqual([
      numbers(37, 41),
    ]);
    expect(await pages(job, { from: { case: "fromSequence", value: 100n } })).toEqual([[]]);
    expect(await pages(job, { from: { case: "fromSequence", value: 1_000n } })).toEqual([[]]);
  });

  test("from the end: pages go back, each in rising order", async () => {
    const job = await counted(50);
    const request: Request = { from: { case: "fromEnd", value: true }, pageSize: 20 };
    expect(await pages(job, request)).toEqual([numbers(30, 50), numbers(10, 30), numbers(0, 10)]);
    expect(await pages(job, { ...request, beforeSequence: 15n })).toEqual([numbers(0, 15)]);
  });

  test("from a time", async () => {
    const job = await counted(60);
    const request: Request = { from: { case: "fromTime", value: at(33) }, pageSize: 20 };
    expect(await pages(job, request)).toEqual([numbers(33, 53), numbers(53, 60)]);
    expect(await pages(job, { from: { case: "fromTime", value: at(1_000) } })).toEqual([[]]);
  });

  test("a page is bounded by bytes", async () => {
    const job = newJob();
    const line = "x".repeat(500_000);
    for (let i = 0; i < 10; i++) await append(replica, job, text(`${line}\n`));
    const sizes = (await pages(job)).map((page) => page.length);
    expect(sizes).toEqual([4, 4, 2]);
  });

  test("an entry written after the last page is on the next", async () => {
    const job = await counted(3);
    const ref = { namespace, jobId: job, attempt: 1, stream: "stdout" };
    const page = await replica.client.readLog({ stream: ref, pageSize: 2 });
    await append(replica, job, text("more\n"));
    const next = await replica.client.readLog({ stream: ref, pageToken: page.nextPageToken });
    expect(messages(next.records)).toEqual(["2", "more"]);
    expect(next).toMatchObject({ length: 4n, sealed: false, nextPageToken: "" });
  });

  test("a gap can be read over from both sides", async () => {
    const job = newJob();
    await append(replica, job, text("a\n"));
    await append(replica, job, { ...text("b\n"), expectedSequence: 10n, allowGap: true });
    expect(await pages(job, { from: { case: "fromSequence", value: 5n } })).toEqual([["b"]]);
    expect(await pages(job, { from: { case: "fromEnd", value: true }, pageSize: 1 })).toEqual([
      ["b"],
      ["9 entries are missing"],
      ["a"],
    ]);
  });
});

describe("filters", () => {
  let job: string;
  beforeAll(async () => {
    job = newJob();
    const entries = Array.from({ length: 1_000 }, (_, i) => ({
      message: `${i % 100 === 7 ? "Error" : "line"} ${i}`,
      level: i % 6,
      source: i % 2 === 0 ? "even" : "odd",
      time: at(i),
    }));
    for (let i = 0; i < 10; i++) {
      const value = { entries: entries.slice(i * 100, i * 100 + 100) };
      await append(replica, job, { content: { case: "entries", value } });
    }
  });

  test.each<[string, NonNullable<Request["filter"]>, (i: number) => boolean]>([
    ["levels", { levels: [1, 4] }, (i) => [1, 4].includes(i % 6)],
    ["min_level", { minLevel: 4 }, (i) => i % 6 >= 4],
    ["contains", { contains: "Error" }, (i) => i % 100 === 7],
    ["regex", { regex: "^Error \\d07$" }, (i) => i % 100 === 7 && i >= 100],
    ["regex without case", { regex: "(?i)^eRRor 7$" }, (i) => i === 7],
    ["source", { source: "odd" }, (i) => i % 2 === 1],
    ["time", { afterTime: at(500), beforeTime: at(510) }, (i) => i >= 500 && i < 510],
    [
      "all together",
      { minLevel: 3, source: "odd", contains: "9", afterTime: at(900) },
      (i) => i >= 900 && i % 6 >= 3 && i % 2 === 1 && String(i).includes("9"),
    ],
  ])("%s", async (_, filter, wanted) => {
    const expected = Array.from({ length: 1_000 }, (_, i) => i).filter(wanted);
    const found = (await pages(job, { filter, pageSize: 50 })).flat();
    expect(found.map((message) => Number(message.split(" ")[1]))).toEqual(expected);
    const newest = await pages(job, { filter, pageSize: 5, from: { case: "fromEnd", value: true } });
    expect(newest[0]?.map((message) => Number(message.split(" ")[1]))).toEqual(expected.slice(-5));
  });

  test.each(["(a", "a(?=b)", "(a)\\1", "(?<=a)b", "x".repeat(1_001)])("the expression %s is refused", async (regex) => {
    await expect(pages(job, { filter: { regex } })).rejects.toThrow("filter.regex");
  });

  test("an expression that would backtrack for ever answers", async () => {
    const evil = newJob();
    await append(replica, evil, text(`${"a".repeat(10_000)}!\n`));
    expect(await pages(evil, { filter: { regex: "(a|aa)+$" } })).toEqual([[]]);
  });
});

describe("several streams", () => {
  test("are merged by time, over attempts too, page by page in both directions", async () => {
    const job = newJob();
    const entry = (second: number) => ({ message: String(second), time: at(second) });
    const write = async (attempt: number, stream: string, seconds: number[]) => {
      for (let i = 0; i < seconds.length; i += 4) {
        const entries = seconds.slice(i, i + 4).map(entry);
        await append(replica, job, { stream, content: { case: "entries", value: { entries } } }, { attempt });
      }
    };
    const of = (rest: number, from: number, to: number) =>
      numbers(from, to)
        .map(Number)
        .filter((n) => n % 3 === rest);
    await write(1, "stdout", of(0, 0, 60));
    await write(1, "stderr", of(1, 0, 60));
    await write(1, "log", of(2, 0, 60));
    await write(2, "stdout", numbers(60, 90).map(Number));
    expect(await pages(job, { pageSize: 40 }, { stream: "", attempt: 1 })).toEqual([numbers(0, 40), numbers(40, 60)]);
    expect(await pages(job, { pageSize: 35 }, { stream: "", attempt: 0 })).toEqual([
      numbers(0, 35),
      numbers(35, 70),
      numbers(70, 90),
    ]);
    const back: Request = { from: { case: "fromEnd", value: true }, pageSize: 50 };
    expect(await pages(job, back, { stream: "", attempt: 0 })).toEqual([numbers(40, 90), numbers(0, 40)]);
    const late: Request = { from: { case: "fromTime", value: at(25) }, pageSize: 50 };
    expect(await pages(job, late, { stream: "", attempt: 0 })).toEqual([numbers(25, 75), numbers(75, 90)]);
  });

  test("a job without logs reads as empty, a stream that is not there does not", async () => {
    expect(await pages(newJob(), {}, { stream: "", attempt: 0 })).toEqual([[]]);
    await expect(pages(newJob())).rejects.toThrow("there is no stream stdout");
  });

  test.each<[string, Request]>([
    ["from_sequence", { from: { case: "fromSequence", value: 1n } }],
    ["since_reset", { from: { case: "sinceReset", value: true } }],
    ["before_sequence", { beforeSequence: 5n }],
  ])("%s needs a single stream", async (field, request) => {
    await expect(pages(newJob(), request, { stream: "" })).rejects.toThrow(field);
  });
});

describe("page tokens", () => {
  test("another query's token and invented ones are refused", async () => {
    const job = await counted(10);
    const ref = { namespace, jobId: job, attempt: 1, stream: "stdout" };
    const { nextPageToken } = await replica.client.readLog({ stream: ref, pageSize: 5 });
    const wrong = [nextPageToken.slice(2), "x", Buffer.from('["a",[]]').toString("base64url")];
    for (const pageToken of wrong) {
      await expect(replica.client.readLog({ stream: ref, pageToken })).rejects.toThrow("not one of this query");
    }
    const filter = { contains: "1" };
    await expect(replica.client.readLog({ stream: ref, filter, pageToken: nextPageToken })).rejects.toThrow(
      "not one of this query",
    );
  });

  test("too large pages are refused", async () => {
    await expect(pages(newJob(), { pageSize: 10_001 })).rejects.toThrow("page_size");
  });
});

test("listing pages by attempt and name", async () => {
  const job = newJob();
  for (const attempt of [1, 2]) {
    for (const stream of ["b", "a", "Z", "ä"]) await append(replica, job, { ...text("x\n"), stream }, { attempt });
  }
  const listed: string[] = [];
  for (let pageToken = ""; ; ) {
    const page = await replica.client.listLogs({ namespace, jobId: job, pageSize: 3, pageToken });
    listed.push(...page.streams.map(({ ref }) => `${ref?.attempt}${ref?.stream}`));
    pageToken = page.nextPageToken;
    if (pageToken === "") break;
  }
  expect(listed).toEqual(["1Z", "1a", "1b", "1ä", "2Z", "2a", "2b", "2ä"]);
  const { streams } = await replica.client.listLogs({ namespace, jobId: job, attempt: 1 });
  expect(streams.map(({ sealed }) => sealed)).toEqual([true, true, true, true]);
});
