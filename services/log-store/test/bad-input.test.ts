import { ConnectError } from "@connectrpc/connect";
import { errorInfo } from "@switchyard/errors";
import type { TestDatabase } from "@switchyard/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { badAppends } from "./bad/appends.js";
import { badCalls } from "./bad/calls.js";
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

// What the contract forbids is refused with the field's name, and leaves everything as it was.

let database: TestDatabase;
let replica: Replica;
/** A job with a stream that nothing may change. */
let witness: string;

beforeAll(async () => {
  database = await createLogDatabase();
  replica = await startReplica(database.url);
  witness = newJob();
  await append(replica, witness, text("a\nb\n"));
});
afterAll(async () => {
  await replica.stop();
  await database.drop();
});

/** Everything that is stored, as it is. */
async function everything(): Promise<unknown> {
  const { rows } = await replica.pool.query(
    `select (select json_agg(j order by namespace, job_id) from logs.jobs j) as jobs,
            (select json_agg(s order by id) from logs.streams s) as streams,
            (select json_agg(c order by stream_id, first_seq) from logs.chunks c) as chunks,
            (select json_agg(r order by namespace) from logs.retention r) as retention`,
  );
  return rows;
}

/** The reason and the field of a refusal. */
async function refusal(call: Promise<unknown>): Promise<unknown> {
  const error: unknown = await call.then(
    () => "it was accepted",
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ConnectError)) return error;
  const info = errorInfo(error);
  return { reason: info?.reason, field: info?.metadata["field"], says: error.rawMessage };
}

describe("an append", () => {
  test.each(badAppends)("with $name", async ({ field, append: bad }) => {
    const [job, neighbour] = [newJob(), newJob()];
    const good = { jobId: neighbour, attempt: 1, append: { stream: "stdout", ...text("good\n") } };
    const { results } = await replica.client.appendLog({ namespace, appends: [good, bad(job), good] });
    expect(results.map(reasonName)).toEqual(["", "INVALID_ARGUMENT", ""]);
    expect(results[1]?.message.split(" ")[0]).toBe(field);
    expect(results[1]).toMatchObject({ firstSequence: 0n, nextSequence: 0n });
    expect((await replica.client.listLogs({ namespace, jobId: job })).streams).toEqual([]);
    expect(messages(await readAll(replica, neighbour))).toEqual(["good", "good"]);
  });

  test("of a namespace with a control character, or a long one", async () => {
    const before = await everything();
    for (const bad of ["a\nb", "x".repeat(256)]) {
      const call = replica.client.appendLog({ namespace: bad, appends: [{ jobId: "a", attempt: 1 }] });
      expect(await refusal(call)).toMatchObject({ reason: "INVALID_ARGUMENT", field: "namespace" });
    }
    expect(await everything()).toEqual(before);
  });
});

describe("a call", () => {
  test.each(badCalls)("$name", async ({ field, call }) => {
    const before = await everything();
    expect(await refusal(call(replica.client, witness))).toMatchObject({
      ...{ reason: "INVALID_ARGUMENT", field },
      says: expect.stringMatching(new RegExp(`^${field.replaceAll(".", "\\.")} `)),
    });
    expect(await everything()).toEqual(before);
  });

  test("all of them have left the stream as it was, and open", async () => {
    expect(messages(await readAll(replica, witness))).toEqual(["a", "b"]);
    expect(await append(replica, witness, text("c\n"))).toMatchObject({ reason: 0, firstSequence: 2n });
  });
});

describe("an unknown", () => {
  const unknown = (stream: string) => ({ namespace, jobId: witness, attempt: 1, stream });

  test("stream is not found by reads and searches, and deletions find nothing", async () => {
    expect(await refusal(replica.client.readLog({ stream: unknown("never") }))).toMatchObject({
      reason: "LOG_NOT_FOUND",
    });
    const elsewhere = { ...unknown("stdout"), namespace: "elsewhere" };
    expect(await refusal(replica.client.readLog({ stream: elsewhere }))).toMatchObject({ reason: "LOG_NOT_FOUND" });
    const before = await everything();
    expect((await replica.client.deleteLogs({ namespace, jobIds: [newJob()] })).deletedCount).toBe(0);
    expect(await everything()).toEqual(before);
  });
});

describe("a page token", () => {
  const stream = () => ({ namespace, jobId: witness, attempt: 1, stream: "stdout" });
  const refused = async (call: Promise<unknown>) =>
    expect(await refusal(call)).toMatchObject({ reason: "PAGE_TOKEN_INVALID" });

  test("belongs to its query alone", async () => {
    const { client } = replica;
    const other = newJob();
    await append(replica, other, text("a\nb\n"));
    await append(replica, witness, { ...text("a\n"), stream: "stderr" });
    const { nextPageToken: pageToken } = await client.readLog({ stream: stream(), pageSize: 1 });
    const { nextPageToken: listToken } = await client.listLogs({ namespace, jobId: witness, pageSize: 1 });
    expect([pageToken, listToken]).not.toContain("");
    await refused(client.readLog({ stream: { ...stream(), jobId: other }, pageToken }));
    await refused(client.readLog({ stream: { ...stream(), stream: "stderr" }, pageToken }));
    await refused(client.readLog({ stream: stream(), from: { case: "fromEnd", value: true }, pageToken }));
    await refused(client.readLog({ stream: stream(), beforeSequence: 2n, pageToken }));
    await refused(client.readLog({ stream: stream(), pageToken: listToken }));
    await refused(client.listLogs({ namespace, jobId: witness, pageToken }));
    await refused(client.listLogs({ namespace, jobId: other, pageToken: listToken }));
    await refused(client.listLogs({ namespace, jobId: witness, attempt: 1, pageToken: listToken }));
  });

  test("that somebody has changed is refused, or names another place of the same query", async () => {
    const { client } = replica;
    const { nextPageToken: readToken } = await client.readLog({ stream: stream(), pageSize: 1 });
    const { nextPageToken: listToken } = await client.listLogs({ namespace, jobId: witness, pageSize: 1 });
    const places = [null, 1, "a", {}, [[1]], [[1, -1]], [[1, 0.5]], [[1, 2 ** 60]], [["1", 1]], [[1, 1, 1]]];
    for (const place of places) {
      await refused(client.readLog({ stream: stream(), pageToken: withPlace(readToken, place) }));
      await refused(client.listLogs({ namespace, jobId: witness, pageToken: withPlace(listToken, place) }));
    }
    for (const place of [
      [2 ** 40, "a"],
      [1, "a\u0000"],
      [1, "x".repeat(256)],
      [-1, "a"],
    ])
      await refused(client.listLogs({ namespace, jobId: witness, pageToken: withPlace(listToken, place) }));
    await refused(client.readLog({ stream: stream(), pageToken: "A".repeat(70_000) }));
  });

  /** A token of the same query with another place in it. */
  function withPlace(token: string, place: unknown): string {
    const [mark] = JSON.parse(Buffer.from(token, "base64url").toString()) as [string, unknown];
    return Buffer.from(JSON.stringify([mark, place])).toString("base64url");
  }
});
