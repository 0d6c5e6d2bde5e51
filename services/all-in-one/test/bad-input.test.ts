import { request as httpRequest } from "node:http";
import { jsonPayload, payloadJson, type SwitchyardClient } from "@switchyard/client";
import { reasonOf } from "@switchyard/errors";
import { JobState } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestSystem, type TestSystem } from "./test-system.js";

let system: TestSystem;
let client: SwitchyardClient;

beforeAll(async () => {
  system = await startTestSystem({ MANAGED_RUNNERS: "1", NUM_INTERNAL_WORKERS: "0" });
  client = system.openClient();
});
afterAll(async () => {
  client.close();
  await system.stop();
});

const namespace = "default";
const unknownJob = "00000000-0000-4000-8000-000000000000";

async function reasonFor(call: () => Promise<unknown>): Promise<string> {
  try {
    await call();
  } catch (error) {
    return reasonOf(error);
  }
  throw new Error("the call was accepted");
}

describe("over gRPC", () => {
  const spec = (more: object) => ({ namespace, items: [{ spec: { kind: "k", ...more } }] });
  const cases: [string, () => Promise<unknown>, string][] = [
    ["no items", () => client.jobs.submitJobs({ namespace }), "INVALID_ARGUMENT"],
    ["no spec", () => client.jobs.submitJobs({ namespace, items: [{}] }), "INVALID_ARGUMENT"],
    ["no kind", () => client.jobs.submitJobs(spec({ kind: "" })), "INVALID_ARGUMENT"],
    ["control characters in a kind", () => client.jobs.submitJobs(spec({ kind: "a\u0000b" })), "INVALID_ARGUMENT"],
    ["a long kind", () => client.jobs.submitJobs(spec({ kind: "x".repeat(256) })), "INVALID_ARGUMENT"],
    ["a bad namespace", () => client.jobs.submitJobs({ ...spec({}), namespace: "Not A Name" }), "INVALID_ARGUMENT"],
    ["no namespace", () => client.jobs.submitJobs({ ...spec({}), namespace: "" }), "INVALID_ARGUMENT"],
    [
      "NaN as rank",
      () => client.jobs.submitJobs(spec({ order: { rankBy: { case: "rank", value: Number.NaN } } })),
      "INVALID_ARGUMENT",
    ],
    ["a class out of range", () => client.jobs.submitJobs(spec({ order: { rankClass: 40_000 } })), "INVALID_ARGUMENT"],
    [
      "a negative lease",
      () => client.jobs.submitJobs(spec({ policies: { lease: { seconds: -5n } } })),
      "INVALID_ARGUMENT",
    ],
    [
      "a large input",
      () => client.jobs.submitJobs(spec({ input: { data: new Uint8Array(2_000_000) } })),
      "PAYLOAD_TOO_LARGE",
    ],
    [
      "a parent that is not there",
      () => client.jobs.submitJobs(spec({ dependencies: [{ parent: { case: "item", value: 7 } }] })),
      "DEPENDENCY_NOT_FOUND",
    ],
    ["a malformed id", () => client.jobs.getJob({ namespace, by: { case: "jobId", value: "x" } }), "MALFORMED_ID"],
    [
      "an id of nobody",
      () => client.jobs.getJob({ namespace, by: { case: "jobId", value: unknownJob } }),
      "MALFORMED_ID",
    ],
    [
      "an unknown serial",
      () => client.jobs.getJob({ namespace, by: { case: "serial", value: 999_999n } }),
      "JOB_NOT_FOUND",
    ],
    ["no id at all", () => client.jobs.getJob({ namespace }), "INVALID_ARGUMENT"],
    ["a foreign page token", () => client.jobs.listJobs({ namespace, pageToken: "abc" }), "PAGE_TOKEN_INVALID"],
    ["a large page", () => client.jobs.listJobs({ namespace, pageSize: 5_000 }), "INVALID_ARGUMENT"],
    ["a cancel of everything", () => client.jobs.cancelJobs({ namespace }), "INVALID_ARGUMENT"],
    ["an unknown runner", () => client.runners.claimJob({ namespace, runnerId: "nobody" }), "RUNNER_NOT_FOUND"],
  ];

  it.each(cases)("%s: a typed error, nothing stored", async (_, call, reason) => {
    await client.submit(namespace, { kind: "never.run" });
    const before = await client.jobs.listJobs({ namespace, wantTotal: true });
    expect(await reasonFor(call)).toBe(reason);
    expect((await client.jobs.listJobs({ namespace, wantTotal: true })).total).toBe(before.total);
  });

  it("a batch with one bad item stores none of it", async () => {
    const before = (await client.jobs.listJobs({ namespace, wantTotal: true })).total;
    const items = [{ spec: { kind: "good" } }, { spec: { kind: "" } }];
    expect(await reasonFor(() => client.jobs.submitJobs({ namespace, items }))).toBe("INVALID_ARGUMENT");
    expect((await client.jobs.listJobs({ namespace, wantTotal: true })).total).toBe(before);
  });

  it.each([
    ["a command that does not exist", { command: ["no-such-program-anywhere"] }, /no-such-program-anywhere|ENOENT/],
    ["a working directory that does not exist", { command: ["true"], cwd: "/no/such/place" }, /\/no\/such\/place/],
    ["no command", { args: ["x"] }, /command/],
    ["a command of the wrong type", { command: 5 }, /command/],
  ])("%s: the job fails and says why", async (_, input, words) => {
    const { jobId } = await client.submit(namespace, { kind: "shell.run", input: jsonPayload(input) });
    const job = await client.waitForJob(namespace, jobId, { signal: AbortSignal.timeout(20_000) });
    expect(job.state).toBe(JobState.FAILED);
    expect(job.endMessage).toMatch(words);
  });

  it("leaves the system working", async () => {
    const { jobId } = await client.submit(namespace, {
      kind: "shell.run",
      input: jsonPayload({ command: ["echo", "fine"] }),
    });
    const job = await client.waitForJob(namespace, jobId, { signal: AbortSignal.timeout(20_000) });
    expect(payloadJson(job.lastAttempt?.outcome?.result)).toMatchObject({ stdout: "fine\n" });
  });
});

describe("over HTTP", () => {
  /** Sends bytes as they are. */
  function send(method: string, path: string, body: string, more = {}): Promise<{ status: number; body: string }> {
    return new Promise((resolve, reject) => {
      const url = `http://${system.addresses.http}${path}`;
      const headers = { "content-type": "application/json", ...more };
      const request = httpRequest(url, { method, headers }, (response) => {
        let text = "";
        response.on("data", (chunk: Buffer) => (text += chunk.toString()));
        response.on("end", () => resolve({ status: response.statusCode ?? 0, body: text }));
      });
      request.on("error", reject);
      request.end(body);
    });
  }
  const tasks = "/task-executor/api/v1/tasks";

  it.each([
    ["malformed JSON", "POST", tasks, "{", 422, "validation_error"],
    ["an array", "POST", tasks, "[]", 422, "validation_error"],
    ["no problem", "POST", tasks, "{}", 422, "validation_error"],
    ["a bad id", "GET", `${tasks}/x`, "", 422, "validation_error"],
    ["an unknown id", "GET", `${tasks}/${unknownJob}`, "", 404, "not_found"],
    ["an unknown path", "GET", "/task-executor/api/v1/nothing", "", 404, "not_found"],
    ["a wrong method", "DELETE", tasks, "", 405, "method_not_allowed"],
    [
      "a large body",
      "POST",
      tasks,
      JSON.stringify({ problem_id: "p", parameters: { x: "y".repeat(1_100_000) } }),
      413,
      "payload_too_large",
    ],
  ])("%s: the documented status and body", async (_, method, path, body, status, type) => {
    const answer = await send(method, path, body);
    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.body)).toMatchObject({ type, detail: expect.any(String), request_id: expect.any(String) });
  });

  it("over Connect and JSON: the code and the reason", async () => {
    const path = "/rpc/switchyard.scheduler.v1.JobService/GetJob";
    const call = (body: string) => send("POST", path, body, system.rpcHeaders);
    const answer = await call(JSON.stringify({ namespace, jobId: "x" }));
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.body)).toMatchObject({ code: "invalid_argument" });
    expect((await call("{")).status).toBe(400);
  });
});
