import type { MessageInitShape } from "@bufbuild/protobuf";
import { SwitchyardError } from "@switchyard/errors";
import {
  LogService,
  type TailLogRequest,
  type TailLogResponseSchema,
} from "@switchyard/proto/switchyard/log/v1/log_service_pb";
import { JobEventType } from "@switchyard/proto/switchyard/scheduler/v1/event_pb";
import { EndReason, JobState } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import {
  JobService,
  type WatchJobsRequest,
  type WatchJobsResponseSchema,
} from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import { createInMemoryTransport, route } from "@switchyard/rpc";
import { describe, expect, test } from "vitest";
import { createSwitchyardClient } from "../src/index.js";

type Watch = MessageInitShape<typeof WatchJobsResponseSchema> | Error;
type Tail = MessageInitShape<typeof TailLogResponseSchema> | Error | (() => Promise<void>);

const broken = new SwitchyardError("SHUTTING_DOWN", "the replica is ending");
const record = (sequence: number, stream = "stdout", attempt = 1) => ({
  attempt,
  stream,
  entry: { sequence: BigInt(sequence), message: `${stream}-${sequence}` },
});

/** Services that play a script: one list of messages for each time a stream is opened. */
function setup(script: {
  watches?: Watch[][];
  tails?: Tail[][];
  logs?: Record<string, number>;
  jobs?: { state: JobState; attemptCount?: number }[];
}) {
  const watches: WatchJobsRequest[] = [];
  const tails: TailLogRequest[] = [];
  const reads: string[] = [];
  const jobs = [...(script.jobs ?? [{ state: JobState.SUCCEEDED }])];
  const transport = createInMemoryTransport({
    routes: [
      route(JobService, {
        async getJob() {
          return { job: jobs.length > 1 ? jobs.shift() : jobs[0] } as never;
        },
        async *watchJobs(request) {
          watches.push(request);
          for (const message of script.watches?.[watches.length - 1] ?? []) {
            if (message instanceof Error) throw message;
            yield message;
          }
        },
      }),
      route(LogService, {
        async *tailLog(request, context) {
          tails.push(request);
          const messages = script.tails?.[tails.length - 1];
          for (const message of messages ?? []) {
            if (message instanceof Error) throw message;
            if (typeof message === "function") await message();
            else yield message;
          }
          if (messages === undefined) {
            await new Promise((_, reject) =>
              context.signal.addEventListener("abort", () => reject(context.signal.reason)),
            );
          }
        },
        async *downloadLog({ fromSequence }) {
          // Breaks off after each piece but the last.
          const at = Number(fromSequence);
          yield { data: Buffer.from(`${at},`), nextSequence: fromSequence + 2n };
          if (at < 6) throw broken;
        },
        async listLogs() {
          const streams = Object.entries(script.logs ?? {}).map(([stream, length]) => ({
            ref: { attempt: 1, stream },
            length: BigInt(length),
          }));
          return { streams };
        },
        async readLog({ stream, from, beforeSequence, pageToken }) {
          const first = pageToken === "" ? Number(from.value) : Number(pageToken);
          const last = Math.min(first + 2, Number(beforeSequence));
          reads.push(`${stream?.stream} ${first}-${last}`);
          const records = Array.from({ length: last - first }, (_, i) => record(first + i, stream?.stream));
          return { records, nextPageToken: last < Number(beforeSequence) ? String(last) : "" };
        },
      }),
    ],
  });
  return { client: createSwitchyardClient({ transport }), watches, tails, reads };
}

async function all<T>(source: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of source) items.push(item);
  return items;
}

const ended = { sequence: 9n, type: JobEventType.ENDED, state: JobState.SUCCEEDED, attempt: 1 };

test("a download goes on behind the last piece that arrived", async () => {
  const { client } = setup({});
  const stream = { namespace: "n", jobId: "j", attempt: 1, stream: "stdout" };
  expect(Buffer.concat(await all(client.downloadLog(stream))).toString()).toBe("0,2,4,6,");
  expect(Buffer.concat(await all(client.downloadLog({ ...stream, fromSequence: 4n }))).toString()).toBe("4,6,");
});

describe("waitForJob", () => {
  test("takes a job that has ended already from the snapshot", async () => {
    const { client, watches } = setup({ watches: [[{ snapshots: [{ state: JobState.FAILED }], sequence: 4n }]] });
    await client.waitForJob("n", "j");
    expect(watches).toHaveLength(1);
    expect(watches[0]).toMatchObject({ jobIds: ["j"], includeSnapshot: true, untilFinal: true });
  });

  test("resumes after the last sequence number", async () => {
    const { client, watches } = setup({
      watches: [
        [
          { snapshots: [{ state: JobState.QUEUED }], sequence: 5n },
          { events: [{ sequence: 7n }], sequence: 7n },
          broken,
        ],
        [broken],
        [{ events: [ended], sequence: 9n }],
      ],
    });
    await client.waitForJob("n", "j");
    expect(watches.map(({ afterSequence }) => afterSequence)).toEqual([undefined, 7n, 7n]);
  });

  test("goes on when the job was reopened before it was read", async () => {
    const { client, watches } = setup({
      watches: [[{ events: [ended], sequence: 9n }], [{ snapshots: [{ state: JobState.SUCCEEDED }], sequence: 11n }]],
      jobs: [{ state: JobState.QUEUED }, { state: JobState.SUCCEEDED }],
    });
    const job = await client.waitForJob("n", "j");
    expect(job.state).toBe(JobState.SUCCEEDED);
    expect(watches).toHaveLength(2);
  });

  test("ends with what no repeat can mend", async () => {
    const { client } = setup({ watches: [[new SwitchyardError("JOB_NOT_FOUND", "no")]] });
    await expect(client.waitForJob("n", "j")).rejects.toMatchObject({ reason: "JOB_NOT_FOUND" });
  });

  test("ends with the caller's reason", async () => {
    const { client } = setup({ watches: Array.from({ length: 1_000 }, () => [broken]) });
    await expect(client.waitForJob("n", "j", { signal: AbortSignal.timeout(30) })).rejects.toMatchObject({
      name: "TimeoutError",
    });
  });
});

describe("watchJob", () => {
  test("passes over events that it has seen and reads the job anew after an overrun", async () => {
    const { client } = setup({
      watches: [
        [
          { snapshots: [{ state: JobState.QUEUED }], sequence: 5n },
          { events: [{ sequence: 6n }, { sequence: 6n }], sequence: 6n },
          { events: [{ type: JobEventType.OVERRUN }], sequence: 20n },
          broken,
        ],
        [{ events: [{ ...ended, sequence: 21n }], sequence: 21n }],
      ],
      jobs: [{ state: JobState.RUNNING }],
    });
    const updates = await all(client.watchJob("n", "j"));
    expect(
      updates.map((update) => (update.type === "event" ? Number(update.event.sequence) : update.job.state)),
    ).toEqual([JobState.QUEUED, 6, JobState.RUNNING, 21]);
  });
});

describe("followLog", () => {
  const follow = { namespace: "n", jobId: "j", attempt: 1 };
  const messages = async (client: ReturnType<typeof setup>["client"], options: object = {}) =>
    (await all(client.followLog({ ...follow, ...options }))).map(({ entry }) => entry?.message);

  test("a single stream goes on where it was", async () => {
    const { client, tails } = setup({
      tails: [
        [{ records: [record(0), record(1)] }, broken],
        [{ records: [record(2)], sealed: [{ stream: "stdout", length: 3n }] }],
      ],
    });
    expect(await messages(client, { stream: "stdout" })).toEqual(["stdout-0", "stdout-1", "stdout-2"]);
    expect(tails.map(({ fromSequence }) => fromSequence)).toEqual([0n, 2n]);
  });

  test("several streams are replayed, and nothing comes twice or is left out", async () => {
    const { client, tails } = setup({
      tails: [
        [{ records: [record(0, "a"), record(0, "b"), record(1, "a")] }, broken],
        [{ records: [record(0, "a"), record(1, "a"), record(0, "b"), record(2, "a"), record(0, "c")] }],
      ],
    });
    expect(await messages(client)).toEqual(["a-0", "b-0", "a-1", "a-2", "c-0"]);
    expect(tails.map(({ fromSequence }) => fromSequence)).toEqual([0n, 0n]);
  });

  test("what a slow reader missed is read page by page, also at the end of the stream", async () => {
    const { client, reads } = setup({
      tails: [
        [
          { records: [record(0)] },
          { missed: 4n, records: [record(5)] },
          { missed: 1n, sealed: [{ stream: "stdout", length: 7n }] },
        ],
      ],
    });
    expect(await messages(client, { stream: "stdout" })).toEqual(Array.from({ length: 7 }, (_, i) => `stdout-${i}`));
    expect(reads).toEqual(["stdout 1-3", "stdout 3-5", "stdout 6-7"]);
  });

  test("with a filter, jumps in the numbers are no gaps unless the server says so", async () => {
    const { client, reads } = setup({
      tails: [[{ records: [record(0), record(5)] }, { missed: 1n, records: [record(8), record(12)] }]],
    });
    expect(await messages(client, { stream: "stdout", filter: { contains: "x" } })).toEqual(
      ["0", "5", "6", "7", "8", "12"].map((n) => `stdout-${n}`),
    );
    expect(reads).toEqual(["stdout 6-8"]);
  });

  test("without a number, the newest attempt is waited for", async () => {
    const { client, tails } = setup({
      watches: [
        [{ snapshots: [{ state: JobState.QUEUED }], sequence: 1n }, { events: [{ sequence: 2n, attempt: 3 }] }],
      ],
      tails: [[{ records: [record(0, "log", 3)] }]],
    });
    expect(await all(client.followLog({ namespace: "n", jobId: "j" }))).toHaveLength(1);
    expect(tails[0]?.stream?.attempt).toBe(3);
  });
});

describe("followJob", () => {
  test("yields events and the logs of all attempts, and the end last", async () => {
    let endSeen = () => {};
    const seen = new Promise<void>((resolve) => {
      endSeen = resolve;
    });
    const script = {
      watches: [
        [
          { snapshots: [{ state: JobState.RUNNING, attemptCount: 1 }], sequence: 1n },
          { events: [{ sequence: 2n, type: JobEventType.ATTEMPT_FAILED, attempt: 1 }], sequence: 2n },
          { events: [{ sequence: 3n, type: JobEventType.CLAIMED, attempt: 2 }], sequence: 3n },
          { events: [{ ...ended, attempt: 2 }], sequence: 9n },
        ],
      ],
      tails: [
        [{ records: [record(0, "stdout", 1)] }],
        [{ records: [record(0, "stdout", 2)] }, () => seen, { records: [record(1, "stdout", 2)] }],
      ],
    };
    const { client, tails } = setup(script);
    const kinds: string[] = [];
    for await (const update of client.followJob({ namespace: "n", jobId: "j" })) {
      if (update.type === "log") kinds.push(`log ${update.record.attempt}:${update.record.entry?.sequence}`);
      else kinds.push(update.type === "event" ? `event ${update.event.sequence}` : "snapshot");
      // The last lines of the log come long after the end of the job was known.
      if (kinds.includes("log 2:0") && kinds.includes("event 3")) setTimeout(endSeen, 20);
    }
    expect(kinds.at(-1)).toBe("event 9");
    expect(kinds.at(-2)).toBe("log 2:1");
    expect(kinds.filter((kind) => kind.startsWith("log"))).toEqual(["log 1:0", "log 2:0", "log 2:1"]);
    expect(tails.map(({ stream }) => stream?.attempt)).toEqual([1, 2]);
  });

  test("ends although the log of an ended attempt is never sealed", async () => {
    const { client } = setup({
      watches: [[{ snapshots: [{ state: JobState.RUNNING, attemptCount: 1 }], sequence: 1n }, { events: [ended] }]],
    });
    const updates = await all(client.followJob({ namespace: "n", jobId: "j", sealPatienceMs: 30 }));
    expect(updates.map(({ type }) => type)).toEqual(["snapshot", "event"]);
  });

  test("ends soon after an end that took the attempt away, since nobody may seal its log", async () => {
    const cancelled = { ...ended, state: JobState.CANCELLED, endReason: EndReason.CANCELLED };
    const { client } = setup({
      watches: [[{ snapshots: [{ state: JobState.RUNNING, attemptCount: 1 }], sequence: 1n }, { events: [cancelled] }]],
    });
    const updates = await all(client.followJob({ namespace: "n", jobId: "j", sealPatienceMs: 600_000 }));
    expect(updates.map(({ type }) => type)).toEqual(["snapshot", "event"]);
  });

  test("tells the end before the last entry, if asked to", async () => {
    let endSeen = () => {};
    const seen = new Promise<void>((resolve) => {
      endSeen = resolve;
    });
    const { client } = setup({
      watches: [[{ snapshots: [{ state: JobState.RUNNING, attemptCount: 1 }], sequence: 1n }, { events: [ended] }]],
      tails: [[() => seen, { records: [record(0)], sealed: [{ stream: "stdout", length: 1n }] }]],
    });
    const types: string[] = [];
    for await (const update of client.followJob({ namespace: "n", jobId: "j", endAtOnce: true })) {
      types.push(update.type);
      if (update.type === "event") endSeen();
    }
    expect(types).toEqual(["snapshot", "event", "log"]);
  });

  test("passes over what was there before, and nothing that came while it began", async () => {
    const { client, tails, reads } = setup({
      logs: { stdout: 5 },
      watches: [[{ snapshots: [{ state: JobState.RUNNING, attemptCount: 1 }], sequence: 1n }, { events: [ended] }]],
      tails: [[{ records: [record(3), record(4)] }, { records: [record(0, "new"), record(7)] }]],
    });
    const lines: string[] = [];
    for await (const update of client.followJob({ namespace: "n", jobId: "j", onlyNew: true }))
      if (update.type === "log") lines.push(update.record.entry?.message ?? "");
    expect(lines).toEqual(["new-0", "stdout-5", "stdout-6", "stdout-7"]);
    expect(reads).toEqual(["stdout 5-7"]);
    expect(tails.map(({ fromSequence, last }) => [fromSequence, last])).toEqual([[0n, 1_000]]);
  });

  test("goes on with a following attempt from its beginning", async () => {
    const { client, tails } = setup({
      logs: { stdout: 1 },
      watches: [
        [
          { snapshots: [{ state: JobState.RUNNING, attemptCount: 1 }], sequence: 1n },
          { events: [{ sequence: 2n, type: JobEventType.RELEASED, attempt: 1 }], sequence: 2n },
          {
            events: [
              { sequence: 3n, type: JobEventType.CLAIMED, attempt: 2 },
              { ...ended, attempt: 2 },
            ],
          },
        ],
      ],
      tails: [[{ records: [record(0)] }], [{ records: [record(0, "stdout", 2)] }]],
    });
    const seen: string[] = [];
    for await (const update of client.followJob({ namespace: "n", jobId: "j", onlyNew: true }))
      if (update.type === "log") seen.push(`${update.record.attempt}:${update.record.entry?.sequence}`);
    expect(seen).toEqual(["2:0"]);
    expect(tails.map(({ last }) => last)).toEqual([1_000, 0]);
  });

  test("a reader who leaves ends both streams", async () => {
    const { client, tails } = setup({
      watches: [[{ snapshots: [{ state: JobState.RUNNING, attemptCount: 1 }], sequence: 1n }, ...Array(500).fill({})]],
      tails: [Array.from({ length: 500 }, (_, i) => ({ records: [record(i)] }))],
    });
    for await (const update of client.followJob({ namespace: "n", jobId: "j" })) if (update.type === "log") break;
    expect(tails).toHaveLength(1);
  });

  test("an error of either source is the reader's", async () => {
    const { client } = setup({
      watches: [[{ snapshots: [{ state: JobState.RUNNING, attemptCount: 1 }], sequence: 1n }]],
      tails: [[new SwitchyardError("PERMISSION_DENIED", "no")]],
      jobs: [{ state: JobState.RUNNING }],
    });
    await expect(all(client.followJob({ namespace: "n", jobId: "j" }))).rejects.toMatchObject({
      reason: "PERMISSION_DENIED",
    });
  });
});
