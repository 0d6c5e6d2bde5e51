import { randomBytes } from "node:crypto";
import { Code } from "@connectrpc/connect";
import { LogEntryType } from "@switchyard/proto/switchyard/log/v1/entry_pb";
import { eventually } from "@switchyard/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { StreamAppendResult } from "@switchyard/proto/switchyard/log/v1/log_service_pb";
import { append, follow, messages, namespace, newJob, readAll, reasonName, text } from "./log-bundle.js";
import {
  openBucketArchive,
  openDirectoryArchive,
  type SegmentFixture,
  startSegmentFixture,
  type TestArchive,
} from "./segment-fixture.js";

/** Lines `from` to `to` - 1, each with its number. */
const lines = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => `line ${from + i}`);
const textOf = (all: readonly string[]) => all.map((line) => `${line}\n`).join("");

async function add(fixture: SegmentFixture, job: string, from: number, to: number, stream = "stdout"): Promise<void> {
  const content = text(textOf(lines(from, to)), 1_000_000 + from);
  const result = await append(fixture, job, { ...content, stream, expectedSequence: BigInt(from) });
  expect(result).toMatchObject({ reason: 0, nextSequence: BigInt(to) });
}

const seal = ({ client }: SegmentFixture, jobId: string) =>
  client.sealLog({ namespace, targets: [{ jobId, which: { case: "attempt", value: 1 } }] });

describe.each([
  ["a directory", openDirectoryArchive],
  ["a bucket", openBucketArchive],
] as const)("an archive in %s", (_, open: () => Promise<TestArchive>) => {
  let archive: TestArchive;
  let fixture: SegmentFixture;
  beforeAll(async () => {
    archive = await open();
    fixture = await startSegmentFixture(archive.blobs);
  });
  afterAll(async () => {
    await fixture?.stop();
    await archive?.stop();
  });

  it("gives back what lies in it, in part or as a whole, with what is still in the database", async () => {
    const { client } = fixture;
    const job = newJob();
    await add(fixture, job, 0, 500);
    await add(fixture, job, 500, 900);
    await fixture.archiveAll();
    await add(fixture, job, 900, 901);
    await fixture.archiveAll();
    await add(fixture, job, 901, 1_500);
    await add(fixture, job, 0, 3, "other");
    expect((await fixture.segments()).map(({ state }) => state)).toEqual(["archived", "archived", "open"]);
    expect(await fixture.tables()).toHaveLength(1);

    const ref = { namespace, jobId: job, attempt: 1, stream: "stdout" };
    expect(messages(await readAll(fixture, job))).toEqual(lines(0, 1_500));
    const middle = await client.readLog({ stream: ref, from: { case: "fromSequence", value: 450n }, pageSize: 500 });
    expect(messages(middle.records)).toEqual(lines(450, 950));
    const end = await client.readLog({ stream: ref, from: { case: "fromEnd", value: true }, pageSize: 1_000 });
    expect(messages(end.records)).toEqual(lines(500, 1_500));
    const before = await client.readLog({
      stream: ref,
      from: { case: "fromEnd", value: true },
      pageSize: 1_000,
      pageToken: end.nextPageToken,
    });
    expect(messages(before.records)).toEqual(lines(0, 500));
    const since = { case: "fromTime", value: { seconds: 1_000_500n, nanos: 0 } } as const;
    expect(messages((await client.readLog({ stream: ref, from: since, pageSize: 2 })).records)).toEqual(
      lines(500, 502),
    );

    // Merged by time over archive and database.
    const merged = await client.readLog({ stream: { ...ref, stream: "" }, pageSize: 10_000 });
    expect(merged.records).toHaveLength(1_503);
    expect(messages(merged.records.slice(0, 503)).sort()).toEqual([...lines(0, 500), ...lines(0, 3)].sort());

    const found: string[] = [];
    for await (const { records } of client.searchLogs({ stream: ref, filter: { contains: "line 90" } }))
      found.push(...messages(records));
    expect(found).toEqual(["line 90", ...lines(900, 910)]);

    const { streams } = await client.listLogs({ namespace, jobId: job });
    expect(streams.map(({ ref: place, archived }) => [place?.stream, archived])).toEqual([
      ["other", false],
      ["stdout", false],
    ]);
    await seal(fixture, job);
    const tail = follow(fixture, job, { fromSequence: 0n });
    await tail.ended;
    expect(messages(tail.told.records)).toEqual(lines(0, 1_500));
    await fixture.archiveAll();
    expect((await client.listLogs({ namespace, jobId: job })).streams.map(({ archived }) => archived)).toEqual([
      true,
      true,
    ]);
    expect(messages(await readAll(fixture, job))).toEqual(lines(0, 1_500));
  });

  it("is read by every replica, whatever it remembers of before", async () => {
    const job = newJob();
    await add(fixture, job, 0, 10);
    const other = await fixture.startOther();
    expect(messages(await readAll(other, job))).toEqual(lines(0, 10));
    await Promise.all([fixture.archiveAll(), other.store.keepSegments()]);
    await fixture.archiveAll();
    expect(messages(await readAll(other, job))).toEqual(lines(0, 10));
    await add(fixture, job, 10, 20);
    expect(messages(await readAll(other, job))).toEqual(lines(0, 20));
    await other.stop();
  });

  it("lets a follower go on over the borders of segments", async () => {
    const job = newJob();
    await add(fixture, job, 0, 5);
    const other = await fixture.startOther();
    const tails = [follow(fixture, job, { fromSequence: 0n }), follow(other, job, { fromSequence: 0n })];
    for (let from = 5; from < 30; from += 5) {
      await fixture.archiveAll();
      await add(fixture, job, from, from + 5);
    }
    await seal(fixture, job);
    for (const { ended, told } of tails) {
      await ended;
      expect(told.error).toBeUndefined();
      expect(messages(told.records)).toEqual(lines(0, 30));
    }
    await other.stop();
  });

  it("loses what was deleted, and nothing else", async () => {
    const [gone, kept] = [newJob(), newJob()];
    const secret = "thrown-away";
    await append(fixture, gone, text(`${secret}\n`));
    await add(fixture, kept, 0, 3);
    await fixture.archiveAll();
    const blobsWith = async () => {
      const { rows } = await fixture.pool.query<{ blob_id: string; byte_count: number }>(
        "select blob_id, byte_count from logs.packs",
      );
      const found: string[] = [];
      for (const { blob_id, byte_count } of rows) {
        const pieces: Uint8Array[] = [];
        const range = { offset: 0, length: byte_count };
        for await (const piece of archive.blobs.read(blob_id, range, new AbortController().signal)) pieces.push(piece);
        if (Buffer.concat(pieces).includes(secret)) found.push(blob_id);
      }
      return found;
    };
    const [blob] = await blobsWith();
    expect(blob).toBeDefined();
    await fixture.client.deleteLogs({ namespace, jobIds: [gone] });
    await fixture.store.keepSegments();
    expect(await blobsWith()).toEqual([]);
    // The round after that deletes the pack of before.
    await fixture.store.keepSegments();
    const reading = archive.blobs.read(String(blob), { offset: 0, length: 1 }, new AbortController().signal);
    await expect(reading[Symbol.asyncIterator]().next()).rejects.toThrow("there is no blob");
    expect(messages(await readAll(fixture, kept))).toEqual(lines(0, 3));
  });
});

describe("while the archive is away", () => {
  it("everything goes on that does not need it, and the archive catches up later", async () => {
    const archive = await openBucketArchive();
    const fixture = await startSegmentFixture(archive.blobs);
    const [old, young] = [newJob(), newJob()];
    await add(fixture, old, 0, 10);
    await fixture.archiveAll();
    archive.proxy.refuse(true);
    archive.proxy.cut();

    await add(fixture, young, 0, 10);
    await fixture.archiveAll();
    await add(fixture, young, 10, 20);
    await fixture.archiveAll();
    expect((await fixture.segments()).map(({ state }) => state)).toEqual(["archived", "closed", "closed", "open"]);
    expect(messages(await readAll(fixture, young))).toEqual(lines(0, 20));
    const other = await fixture.startOther();
    const reading = readAll(other, old);
    await expect(reading).rejects.toMatchObject({ code: Code.Unavailable });
    await other.stop();

    archive.proxy.refuse(false);
    await eventually(async () => {
      await fixture.store.keepSegments();
      expect((await fixture.segments()).map(({ state }) => state)).toEqual([
        "archived",
        "archived",
        "archived",
        "open",
      ]);
    });
    expect(messages(await readAll(fixture, young))).toEqual(lines(0, 20));
    expect(messages(await readAll(fixture, old))).toEqual(lines(0, 10));
    // What half an upload has left is nobody's.
    await fixture.store.keepSegments();
    expect((await fixture.pool.query("select from logs.loose_blobs")).rowCount).toBe(0);
    await fixture.stop();
    await archive.stop();
  });
});

describe("retention", () => {
  let archive: TestArchive;
  let fixture: SegmentFixture;
  beforeAll(async () => {
    archive = await openDirectoryArchive();
    fixture = await startSegmentFixture(archive.blobs);
  });
  afterAll(async () => {
    await fixture?.stop();
    await archive?.stop();
  });

  it("drops old segments whole, tells what is no longer there, and forgets streams of which nothing is left", async () => {
    const { client, pool } = fixture;
    const [whole, part] = [newJob(), newJob()];
    await add(fixture, whole, 0, 5);
    await add(fixture, part, 0, 5);
    await seal(fixture, whole);
    await fixture.archiveAll();
    fixture.pass(29 * 24);
    await fixture.store.keepSegments();
    await add(fixture, part, 5, 8);
    fixture.pass(25);
    await fixture.store.keepSegments();

    await expect(readAll(fixture, whole)).rejects.toThrow(/there is no stream/);
    const records = await readAll(fixture, part);
    expect(messages(records)).toEqual(["5 entries are no longer kept", ...lines(5, 8)]);
    expect(records[0]?.entry).toMatchObject({ type: LogEntryType.GAP, sequence: 0n });
    const stream = { namespace, jobId: part, attempt: 1, stream: "stdout" };
    const { records: last } = await client.readLog({ stream, from: { case: "fromEnd", value: true }, pageSize: 4 });
    expect(messages(last)).toEqual(["5 entries are no longer kept", ...lines(5, 8)]);
    expect((await pool.query("select from logs.jobs where job_id = $1", [whole])).rowCount).toBe(0);
    // It goes on where it was.
    await add(fixture, part, 8, 9);
    expect((await fixture.segments()).map(({ state }) => state)).toEqual(["closed", "open"]);
    await fixture.store.keepSegments();
    expect((await pool.query("select from logs.loose_blobs")).rowCount).toBe(0);
  });

  it("is a namespace's own where one is set: by time, by size, and no more when it is cleared", async () => {
    const { client } = fixture;
    const logs = (ns: string, jobId: string, from: number, to: number) =>
      client.appendLog({
        namespace: ns,
        appends: [{ jobId, attempt: 1, append: { stream: "stdout", ...text(textOf(lines(from, to))) } }],
      });
    await client.setLogRetention({ namespace: "brief", maxAge: { seconds: 3_600n } });
    await client.setLogRetention({ namespace: "small", maxBytes: 100_000n });
    await fixture.store.keepSegments();
    expect((await fixture.segments()).filter(({ state }) => state === "open").map(({ line }) => line)).toEqual([
      "",
      "brief",
      "small",
    ]);
    const [job, common] = [newJob(), newJob()];
    await add(fixture, common, 0, 2);
    await logs("brief", job, 0, 5);
    for (let round = 0; round < 4; round++) {
      await logs("small", job, round * 5_000, (round + 1) * 5_000);
      await fixture.archiveAll();
    }
    await fixture.store.keepSegments();
    const first = async (ns: string) => {
      const { records } = await client.readLog({ stream: { namespace: ns, jobId: job, attempt: 1, stream: "stdout" } });
      return records[0]?.entry?.message;
    };
    expect(await first("brief")).toBe("5 entries are no longer kept");
    expect(await first("small")).toMatch(/^\d+ entries are no longer kept$/);
    expect(messages(await readAll(fixture, common))).toEqual(lines(0, 2));

    const { retentions } = await client.listLogRetention({});
    expect(retentions).toMatchObject([
      { namespace: "", maxAge: { seconds: 2_592_000n }, maxBytes: 0n },
      { namespace: "brief", maxAge: { seconds: 3_600n } },
      { namespace: "small", maxBytes: 100_000n },
    ]);
    const small = retentions[2];
    expect((small?.storedBytes ?? 0n) + (small?.archivedBytes ?? 0n)).toBeGreaterThan(0n);
    await client.setLogRetention({ namespace: "brief", clear: true });
    await fixture.store.keepSegments();
    await logs("brief", job, 5, 6);
    const { rows } = await fixture.pool.query(
      "select logs.last_segment(s) as id from logs.streams s where namespace = 'brief'",
    );
    expect((await fixture.segments()).find(({ id }) => id === rows[0].id)).toMatchObject({ line: "", state: "open" });
  });

  it("may set a limit from which on nothing is added, which each stream says with its last entry", async () => {
    const { client } = fixture;
    await client.setLogRetention({ namespace: "full", limitBytes: 50_000n });
    await fixture.store.keepSegments();
    const [job, other] = [newJob(), newJob()];
    const add = async (jobId: string, content: string, expectedSequence?: bigint) => {
      const at = expectedSequence === undefined ? {} : { expectedSequence };
      const { results } = await client.appendLog({
        namespace: "full",
        appends: [{ jobId, attempt: 1, append: { stream: "stdout", ...text(content), ...at } }],
      });
      return [reasonName(results[0] as StreamAppendResult), results[0]?.nextSequence];
    };
    const noise = randomBytes(60_000).toString("base64");
    expect(await add(job, `${noise}\n`)).toEqual(["", 1n]);
    await fixture.store.keepSegments();
    expect(await add(job, "more\n")).toEqual(["LOG_LIMIT_REACHED", 2n]);
    expect(await add(job, "more\n")).toEqual(["LOG_LIMIT_REACHED", 2n]);
    expect(await add(other, "even a new one\n")).toEqual(["LOG_LIMIT_REACHED", 1n]);
    // A repeat of what is there is still confirmed.
    expect(await add(job, `${noise}\n`, 0n)).toEqual(["", 1n]);
    for (const [jobId, length] of [
      [job, 2],
      [other, 1],
    ] as const) {
      const { records } = await client.readLog({
        stream: { namespace: "full", jobId, attempt: 1, stream: "stdout" },
      });
      expect(records).toHaveLength(length);
      expect(records.at(-1)?.entry).toMatchObject({
        type: LogEntryType.TRUNCATED,
        message: expect.stringContaining("its namespace"),
      });
    }
    await client.setLogRetention({ namespace: "full", limitBytes: 5_000_000n });
    await fixture.store.keepSegments();
    expect(await add(job, "more\n")).toEqual(["LOG_LIMIT_REACHED", 2n]);
    expect(await add(newJob(), "a later one\n")).toEqual(["", 1n]);
  });

  it("is refused where it says nothing that can be kept", async () => {
    const set = fixture.client.setLogRetention;
    await expect(set({ namespace: "" })).rejects.toThrow("namespace is empty");
    await expect(set({ namespace: "n", maxAge: { seconds: -1n } })).rejects.toThrow("max_age is negative");
    await expect(set({ namespace: "n", maxBytes: -1n })).rejects.toThrow("max_bytes is not between");
  });
});
