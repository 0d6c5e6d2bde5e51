import { ConnectError } from "@connectrpc/connect";
import { errorInfo } from "@switchyard/errors";
import type { LogFilterSchema } from "@switchyard/proto/switchyard/log/v1/log_service_pb";
import type { MessageInitShape } from "@bufbuild/protobuf";
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

type Filter = MessageInitShape<typeof LogFilterSchema>;

interface Wish {
  readonly attempt?: number;
  readonly stream?: string;
  readonly limit?: number;
  readonly context?: number;
}

/** What a search finds, as `attempt/stream/number message`, and what it says of how far it has looked. */
async function search(jobId: string, filter: Filter, { attempt = 0, stream = "", ...wish }: Wish = {}) {
  const found: string[] = [];
  const scanned: number[] = [];
  let steps = 0;
  for await (const step of replica.client.searchLogs({
    stream: { namespace, jobId, attempt, stream },
    filter,
    ...wish,
  })) {
    steps += 1;
    scanned.push(Number(step.scanned));
    for (const { attempt: number, stream: name, entry } of step.records)
      found.push(`${number}/${name}/${entry?.sequence} ${entry?.message}`);
  }
  return { found, scanned, steps };
}

const lines = (...messages: string[]) => text(`${messages.join("\n")}\n`);

test("finds by text and by expression, in one stream and in all of a job", async () => {
  const job = newJob();
  await append(replica, job, lines("alpha", "beta", "alphabet"));
  await append(replica, job, { ...lines("gamma", "alpha!"), stream: "stderr" });
  await append(replica, job, lines("Alpha"), { attempt: 2 });
  expect((await search(job, { contains: "alpha" }, { attempt: 1, stream: "stdout" })).found).toEqual([
    "1/stdout/0 alpha",
    "1/stdout/2 alphabet",
  ]);
  const all = await search(job, { regex: "(?i)^alpha" });
  expect(all.found.sort()).toEqual([
    "1/stderr/1 alpha!",
    "1/stdout/0 alpha",
    "1/stdout/2 alphabet",
    "2/stdout/0 Alpha",
  ]);
  expect(all.scanned.at(-1)).toBe(6);
  expect((await search(job, { contains: "delta" })).found).toEqual([]);
});

test("shows what stands around a match, once, in its own stream", async () => {
  const job = newJob();
  const numbers = Array.from({ length: 30 }, (_, n) => `line ${n}`);
  await append(replica, job, lines(...numbers));
  await append(replica, job, { ...lines("other"), stream: "stderr" });
  const { found } = await search(job, { regex: "line (?:10|12|29)$" }, { context: 2 });
  expect(found.map((line) => line.split(" ").at(-1))).toEqual([
    "8",
    "9",
    "10",
    "11",
    "12",
    "13",
    "14",
    "27",
    "28",
    "29",
  ]);
});

test("ends at its limit", async () => {
  const job = newJob();
  await append(replica, job, lines(...Array.from({ length: 50 }, (_, n) => `x ${n}`)));
  const { found } = await search(job, { contains: "x" }, { limit: 7 });
  expect(found).toHaveLength(7);
  expect(found.at(-1)).toMatch(/x 6$/);
});

test("tells step by step how far it has looked, finds what is far behind, and passes over chunks without a match", async () => {
  const job = newJob();
  const line = "y".repeat(200);
  for (let n = 0; n < 12; n++) await append(replica, job, lines(...Array.from({ length: 4_500 }, () => line)));
  await append(replica, job, lines("needle"));
  const { found, scanned, steps } = await search(job, { contains: "needle" });
  expect(found).toEqual([`1/stdout/${12 * 4_500} needle`]);
  expect(steps).toBeGreaterThan(2);
  expect(scanned).toEqual([...scanned].sort((a, b) => a - b));
  expect(scanned.at(-1)).toBe(12 * 4_500 + 1);
});

test("finds gaps by their words, and characters that the bytes do not have", async () => {
  const job = newJob();
  await append(replica, job, { ...text("a\n"), expectedSequence: 3n, allowGap: true });
  await append(replica, job, { content: { case: "text", value: { lines: Uint8Array.from([0x62, 0xff, 0x0a]) } } });
  expect((await search(job, { contains: "are missing" })).found).toEqual(["1/stdout/0 3 entries are missing"]);
  expect((await search(job, { contains: "b\uFFFD" })).found).toEqual(["1/stdout/4 b\uFFFD"]);
});

test("refuses what it cannot search", async () => {
  const job = newJob();
  await append(replica, job, lines("a"));
  const reason = async (filter: Filter, wish: Wish = {}) => {
    const error = await search(job, filter, wish).catch((thrown: unknown) => thrown);
    return error instanceof ConnectError ? errorInfo(error)?.reason : error;
  };
  expect(await reason({})).toBe("INVALID_ARGUMENT");
  expect(await reason({ contains: "a" }, { limit: 1_000_000 })).toBe("INVALID_ARGUMENT");
  expect(await reason({ contains: "a" }, { context: 1_000 })).toBe("INVALID_ARGUMENT");
  expect(await reason({ regex: "(a|a)*b(?=x)" })).toBe("INVALID_ARGUMENT");
  expect(await reason({ contains: "a" }, { attempt: 1, stream: "none" })).toBe("LOG_NOT_FOUND");
  expect((await search(newJob(), { contains: "a" })).found).toEqual([]);
});
