import { SwitchyardError } from "@switchyard/errors";
import { JobEventType } from "@switchyard/proto/switchyard/scheduler/v1/event_pb";
import { JobState } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { JobService } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import { createGrpcServer, createInMemoryTransport, route } from "@switchyard/rpc";
import { afterEach, expect, test, vi } from "vitest";
import { createNotifier } from "../src/notifier.js";
import { createSwitchyardClient } from "../src/index.js";

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** A scheduler with jobs that run until they are ended. */
function createScheduler() {
  const ended = new Set<string>();
  const changed = createNotifier();
  const watches: string[][] = [];
  const counts = { open: 0 };
  const stateOf = (id: string) => (ended.has(id) ? JobState.SUCCEEDED : JobState.RUNNING);
  const jobRoute = route(JobService, {
    async getJob({ by }) {
      return { job: { id: String(by.value), state: stateOf(String(by.value)) } };
    },
    async *watchJobs({ jobIds }, { signal }) {
      watches.push(jobIds);
      if (jobIds.includes("missing")) throw new SwitchyardError("JOB_NOT_FOUND", "1 job does not exist");
      counts.open++;
      try {
        yield { snapshots: jobIds.map((id) => ({ id, state: stateOf(id) })), sequence: 1n };
        const aborted = new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
        const told = new Set(jobIds.filter((id) => ended.has(id)));
        while (told.size < jobIds.length) {
          await Promise.race([changed.changed(), aborted]);
          if (signal.aborted) throw signal.reason;
          const news = jobIds.filter((id) => ended.has(id) && !told.has(id));
          for (const id of news) told.add(id);
          yield { events: news.map((jobId) => ({ type: JobEventType.ENDED, jobId, sequence: 2n })) };
        }
      } finally {
        counts.open--;
      }
    },
  });
  const end = (...ids: string[]) => {
    for (const id of ids) ended.add(id);
    changed.notify();
  };
  return { jobRoute, watches, counts, end };
}

function setup() {
  const scheduler = createScheduler();
  const client = createSwitchyardClient({ transport: createInMemoryTransport({ routes: [scheduler.jobRoute] }) });
  cleanups.push(() => client.close());
  return { ...scheduler, client };
}

test("a thousand waits share a few streams, and each settles when its own job has ended", async () => {
  const { client, watches, counts, end } = setup();
  const ids = Array.from({ length: 1_000 }, (_, i) => `job-${i}`);
  const settled = new Set<string>();
  const waits = ids.map((id) => client.waitForJob("n", id).then((job) => settled.add(job.id)));
  await vi.waitUntil(() => counts.open === watches.length && watches.flat().length === 1_000, { timeout: 20_000 });
  expect(watches.length).toBeLessThanOrEqual(11);
  end("job-500");
  await vi.waitUntil(() => settled.size === 1, { timeout: 20_000 });
  expect([...settled]).toEqual(["job-500"]);
  end(...ids);
  await Promise.all(waits);
  expect(settled.size).toBe(1_000);
  await vi.waitUntil(() => counts.open === 0, { timeout: 20_000 });
});

test("a job that does not exist fails its own wait only", async () => {
  const { client, end } = setup();
  const waits = ["a", "missing", "b", "c"].map((id) => client.waitForJob("n", id));
  const refused = expect(waits[1]).rejects.toMatchObject({ reason: "JOB_NOT_FOUND" });
  end("a", "b", "c");
  await refused;
  expect((await Promise.all([waits[0], waits[2], waits[3]])).map((job) => job?.id)).toEqual(["a", "b", "c"]);
});

test("a wait that is given up leaves the others alone; the last one ends the stream", async () => {
  const { client, watches, counts, end } = setup();
  const leaving = new AbortController();
  const first = client.waitForJob("n", "a", { signal: leaving.signal });
  const second = client.waitForJob("n", "b");
  await vi.waitUntil(() => counts.open === 1, { timeout: 20_000 });
  leaving.abort(new Error("left"));
  await expect(first).rejects.toThrow("left");
  expect(counts.open).toBe(1);
  end("b");
  await second;
  const alone = new AbortController();
  const third = client.waitForJob("n", "c", { signal: alone.signal });
  await vi.waitUntil(() => counts.open === 1 && watches.at(-1)?.includes("c"), { timeout: 20_000 });
  alone.abort(new Error("left too"));
  await expect(third).rejects.toThrow("left too");
  await vi.waitUntil(() => counts.open === 0, { timeout: 20_000 });
});

test("over the wire, more streams than a connection takes don't hold up other calls", async () => {
  const { jobRoute, counts, end } = createScheduler();
  const server = createGrpcServer({ routes: [jobRoute], maxStreamsPerConnection: 70 });
  const address = await server.listen("127.0.0.1:0");
  cleanups.push(() => server.stop(0));
  const client = createSwitchyardClient({ address });
  cleanups.push(() => client.close());
  const leaving = new AbortController();
  const watching = Array.from({ length: 150 }, async (_, i) => {
    for await (const update of client.watchJob("n", `job-${i}`, { signal: leaving.signal })) if (update) continue;
  });
  await vi.waitUntil(() => counts.open === 150, { timeout: 20_000 });
  const { job } = await client.jobs.getJob({ namespace: "n", by: { case: "jobId", value: "x" } }, { timeoutMs: 5_000 });
  expect(job?.id).toBe("x");
  end("job-0");
  await watching[0];
  leaving.abort(new Error("enough"));
  await Promise.allSettled(watching);
  await vi.waitUntil(() => counts.open === 0, { timeout: 20_000 });
});
