import { randomBytes } from "node:crypto";
import { createRunner, type JobContext, JobFailure } from "@switchyard/client";
import { JobState } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { eventually } from "@switchyard/testkit";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startTestSystem, type TestSystem } from "./test-system.js";

const namespace = "default";
const large = randomBytes(3_000_000);

let system: TestSystem;
let client: ReturnType<TestSystem["openClient"]>;
let handler: (context: JobContext) => unknown;
const runner = () =>
  createRunner({
    ...{ client, namespace, name: "files", kinds: ["test.files"] },
    execute: (context) => handler(context),
  });
let running: ReturnType<typeof runner>;

beforeAll(async () => {
  system = await startTestSystem({ MANAGED_RUNNERS: "0", NUM_INTERNAL_WORKERS: "0" });
  client = system.openClient();
  running = runner();
  await running.start();
});
afterAll(async () => {
  await running.stop(0);
  client.close();
  await system.stop();
});

const listed = async (jobId: string) => (await client.artifacts.listArtifacts({ namespace, jobId })).artifacts;

/** A job's end is told a moment before its last attempt's files are there. */
const listedAll = (jobId: string, count: number) =>
  eventually(async () => {
    const files = await listed(jobId);
    expect(files.length).toBe(count);
    return files;
  });

async function contentOf(artifactId: string): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const { data } of client.artifacts.downloadArtifact({
    namespace,
    by: { case: "artifactId", value: artifactId },
  }))
    pieces.push(data);
  return Buffer.concat(pieces);
}

async function* piecesOf(bytes: Buffer) {
  for (let at = 0; at < bytes.length; at += 700_000) yield bytes.subarray(at, at + 700_000);
}

it("files of a handler are there with its outcome, not before, under the name that was used last", async () => {
  let seenBefore: number | undefined;
  handler = async ({ artifact, lease }) => {
    await artifact("report.txt", "first", { contentType: "text/plain" });
    await artifact("report.txt", "second", { contentType: "text/plain", labels: { part: "2" } });
    await artifact("large/file.bin", piecesOf(large));
    seenBefore = (await listed(lease.jobId)).length;
  };
  const { jobId } = await client.submit(namespace, { kind: "test.files" });
  const job = await client.waitForJob(namespace, jobId);
  expect(job.state).toBe(JobState.SUCCEEDED);
  expect(seenBefore).toBe(0);
  const files = await listedAll(jobId, 2);
  expect(files.map(({ name, contentType, attempt, labels }) => ({ name, contentType, attempt, labels }))).toEqual([
    { name: "large/file.bin", contentType: "", attempt: 1, labels: {} },
    { name: "report.txt", contentType: "text/plain", attempt: 1, labels: { part: "2" } },
  ]);
  const [binary, text] = await Promise.all(files.map(({ id }) => contentOf(id)));
  expect(binary?.equals(large)).toBe(true);
  expect(text?.toString()).toBe("second");
});

it("a failure has its files too, and the next attempt has its own", async () => {
  handler = async ({ artifact, lease }) => {
    await artifact("trace", `attempt ${lease.attempt}`);
    if (lease.attempt === 1) throw new JobFailure("once", { retryable: true, retryDelayMs: 0 });
  };
  const { jobId } = await client.submit(namespace, {
    ...{ kind: "test.files" },
    policies: { maxAttempts: 2 },
  });
  await client.waitForJob(namespace, jobId);
  const files = await listedAll(jobId, 2);
  expect(files.map(({ attempt }) => attempt)).toEqual([1, 2]);
  expect(String(await contentOf(files[1]?.id ?? ""))).toBe("attempt 2");
});

it("a name that is refused fails the upload, not the runner", async () => {
  handler = ({ artifact }) => artifact("x".repeat(2_000), "x");
  const { jobId } = await client.submit(namespace, { kind: "test.files" });
  const job = await client.waitForJob(namespace, jobId);
  expect(job.state).toBe(JobState.FAILED);
  expect(job.lastAttempt?.outcome?.message).toMatch(/name/);
});
