import { connect } from "node:net";
import { promisify } from "node:util";
import type { Transport } from "@connectrpc/connect";
import { jsonPayload } from "@switchyard/client";
import { JobService } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import type { HttpGateway } from "@switchyard/http-gateway";
import { createClient } from "@switchyard/rpc";
import { eventually } from "@switchyard/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newWord, type RunpackCaller, runpackVariables, startGateway } from "./runpack.js";
import { startTestSystem, type TestSystem } from "./test-system.js";

// Two gateways over one core: whatever is decided must not depend on which of them is asked.
let system: TestSystem;
let gateways: HttpGateway[];
let callers: RunpackCaller[];
const { submitKey, runnerKey, adminKey } = runpackVariables;

/** Calls the gateways in turn, all at once. */
const atOnce = <T>(count: number, call: (caller: RunpackCaller, index: number) => Promise<T>) =>
  Promise.all(Array.from({ length: count }, (_, index) => call(callers[index % 2] as RunpackCaller, index)));
const countOf = (answers: readonly { readonly status: number }[], status: number) =>
  answers.filter((answer) => answer.status === status).length;

beforeAll(async () => {
  system = await startTestSystem({ MANAGED_RUNNERS: "0", NUM_INTERNAL_WORKERS: "0" });
  const started = await Promise.all([startGateway(system), startGateway(system)]);
  gateways = started.map(({ gateway }) => gateway);
  callers = started.map(({ runpack }) => runpack);
});
afterAll(async () => {
  await Promise.all(gateways.map((gateway) => gateway.stop()));
  await system.stop();
});

describe("at the same time", () => {
  it("twenty identical submissions make one job", async () => {
    const [jobType, input] = [newWord(), { a: [1, { b: 2 }] }];
    const answers = await atOnce(20, (caller) => caller.submit(jobType, input));
    expect([countOf(answers, 201), countOf(answers, 200)]).toEqual([1, 19]);
    expect(new Set(answers.map(({ body }) => body.job_id)).size).toBe(1);
    for (const { status, body } of answers) {
      expect(body.message).toBe(status === 201 ? "Job queued successfully" : "Job is pending");
    }
  });

  it("submissions that are not identical make a job each", async () => {
    const jobType = newWord();
    const answers = await atOnce(20, (caller, n) => caller.submit(jobType, { n }));
    expect(countOf(answers, 201)).toBe(20);
    expect(new Set(answers.map(({ body }) => body.job_id)).size).toBe(20);
  });

  it("one of many claims gets the job", async () => {
    const { body: job } = await (callers[0] as RunpackCaller).submit(newWord(), {});
    const runners = await atOnce(4, (caller) => caller.register());
    const answers = await atOnce(20, (caller, n) => caller.act(runners[n % 4] as string, job.job_id, "claim"));
    expect([countOf(answers, 200), countOf(answers, 409)]).toEqual([1, 19]);
    const { body: detail } = await (callers[1] as RunpackCaller).detail(job.job_id);
    const winner = answers.findIndex(({ status }) => status === 200);
    expect(detail).toMatchObject({ status: "claimed", claimed_by: runners[winner % 4] });
  });

  it("a completion, a failure and a deletion of one job leave one of them", async () => {
    const [one] = callers as [RunpackCaller];
    const [jobType, runner] = [newWord(), await one.register()];
    const { body: job } = await one.submit(jobType, {});
    await one.act(runner, job.job_id, "claim");
    const [completed, failed] = await Promise.all([
      one.act(runner, job.job_id, "complete", { output_data: { won: true }, console_output: "completed" }),
      (callers[1] as RunpackCaller).act(runner, job.job_id, "error", { error_message: "failed", console_output: "" }),
    ]);
    expect([completed.status, failed.status].sort()).toEqual([200, 400]);
    const { body: check } = await one.check(jobType, {});
    expect(check.status).toBe(completed.status === 200 ? "completed" : "failed");
    const deletions = await atOnce(10, (caller) =>
      caller.call("DELETE", `/api/admin/jobs/${job.job_id}`, { key: adminKey }),
    );
    expect([countOf(deletions, 200), countOf(deletions, 404)]).toEqual([1, 9]);
    const again = await atOnce(6, (caller) => caller.submit(jobType, {}));
    expect([countOf(again, 201), countOf(again, 200)]).toEqual([1, 5]);
    expect(again[0]?.body.job_id).not.toBe(job.job_id);
  });

  it("requests of one address share its ten a minute", async () => {
    const [address, jobType] = [newWord(), newWord()];
    const answers = await atOnce(24, (caller, n) => caller.submit(jobType, { n }, address));
    expect([countOf(answers, 201), countOf(answers, 429)]).toEqual([10, 14]);
    const resets = answers.flatMap(({ status, body }) => (status === 429 ? [body.resetTime as number] : []));
    // All of one window.
    expect(Math.max(...resets) - Math.min(...resets)).toBeLessThan(60_000);
    expect((await callers[1]?.submit(jobType, { n: 1 }, newWord()))?.status).not.toBe(429);
  });
});

describe("a claim", () => {
  it("whose answer nobody reads is given back", async () => {
    let [enter, release] = [() => {}, () => {}];
    const entered = new Promise<void>((resolve) => (enter = resolve));
    const released = new Promise<void>((resolve) => (release = resolve));
    const { transport } = system;
    const runnerGateway: Transport = {
      stream: transport.stream,
      async unary(method, ...rest) {
        const answer = await transport.unary(method, ...rest);
        if (method.name !== "ClaimJob") return answer;
        enter();
        await released;
        return answer;
      },
    };
    const { gateway, runpack } = await startGateway(system, {}, { runnerGateway });
    try {
      const [runner, { body: job }] = [await runpack.register(), await runpack.submit(newWord(), {})];
      const { hostname, port } = new URL(runpack.url);
      const socket = connect(Number(port), hostname);
      const headers = `host: x\r\nauthorization: Bearer ${runnerKey}\r\nx-runner-id: ${runner}`;
      socket.write(`POST /runpack/api/runner/jobs/${job.job_id}/claim HTTP/1.1\r\n${headers}\r\n\r\n`);
      await entered;
      const [one] = callers as [RunpackCaller];
      expect((await one.detail(job.job_id)).body.status).toBe("claimed");
      // The gateway learns of the hang-up while it still waits for the core's answer.
      const before = await connections(gateway);
      socket.destroy();
      await eventually(async () => expect(await connections(gateway)).toBeLessThan(before));
      release();
      await eventually(async () => {
        expect((await one.detail(job.job_id)).body).toMatchObject({ status: "pending", claimed_by: null });
      });
      expect((await one.act(runner, job.job_id, "claim")).status).toBe(200);
    } finally {
      await gateway.stop();
    }
  });

  const connections = (gateway: HttpGateway) =>
    promisify(gateway.app.server.getConnections.bind(gateway.app.server))() as Promise<number>;
});

describe("long lists", () => {
  it("of claimable jobs hold the fifty oldest, over pages of the core", async () => {
    const [one] = callers as [RunpackCaller];
    const jobType = newWord();
    const text = "x".repeat(100_000);
    const ids: string[] = [];
    for (const numbers of [[...Array(27).keys()], [...Array(26).keys()].map((n) => n + 27)]) {
      const items = numbers.map((n) => ({ spec: { queue: "jobs", kind: jobType, input: jsonPayload({ n, text }) } }));
      const submitted = await createClient(JobService, system.transport).submitJobs({ namespace: "runpack", items });
      ids.push(...submitted.jobs.map(({ jobId }) => jobId));
    }
    const path = `/api/runner/jobs/available?types[]=${jobType}`;
    const { body } = await one.call("GET", path, { key: runnerKey, runner: newWord() });
    expect(body.jobs.map(({ job_id }: { job_id: string }) => job_id)).toEqual(ids.slice(0, 50));
    expect(body.jobs[49].input_params).toEqual({ n: 49, text });
    const times = body.jobs.map(({ created_at }: { created_at: number }) => created_at);
    expect(times).toEqual([...times].sort((a, b) => a - b));
  });

  it("of all jobs have as many as are asked for, and say how many", async () => {
    const namespace = `list-${newWord()}`;
    const jobs = createClient(JobService, system.transport);
    const items = Array.from({ length: 1000 }, (_, n) => ({ spec: { queue: n % 2 === 0 ? "jobs" : "q", kind: "k" } }));
    await jobs.submitJobs({ namespace, items });
    await jobs.submitJobs({ namespace, items: items.slice(0, 205) });
    const { gateway, runpack } = await startGateway(system, { RUNPACK_NAMESPACE: namespace });
    const list = async (query: string) =>
      (await runpack.call("GET", `/api/admin/jobs${query}`, { key: adminKey })).body as {
        total: number;
        jobs: { job_id: string; created_at: number }[];
      };
    try {
      for (const [query, count] of [
        ["", 100],
        ["?limit=1100", 1100],
        ["?limit=-1", 1205],
        ["?limit=5000", 1205],
      ]) {
        const { total, jobs: listed } = await list(query as string);
        expect([total, new Set(listed.map(({ job_id }) => job_id)).size]).toEqual([count, count]);
        const times = listed.map(({ created_at }) => created_at);
        expect(times).toEqual([...times].sort((a, b) => b - a));
      }
      const { body } = await runpack.call("GET", "/api/admin/stats", { key: adminKey });
      expect(body.jobs).toMatchObject({ pending: 1205, total: 1205 });
      // More than go into one call of the core, of which it refuses one as a whole.
      const newest = (await list("?limit=130")).jobs.map(({ job_id }) => job_id);
      const foreign = "7b0c5a0e-8f0e-4c54-9a9a-3f2f5d5f8a11";
      const job_ids = [...newest, foreign, newest[0]];
      const deletion = await runpack.call("POST", "/api/admin/jobs/batch-delete", { key: adminKey, body: { job_ids } });
      const message = "Deleted 130 of 132 jobs";
      expect(deletion.body).toEqual({ success: true, deleted: 130, failed: [foreign, newest[0]], message });
      expect((await list("?limit=-1")).total).toBe(1075);
    } finally {
      await gateway.stop();
    }
  });
});

describe("identical answers", () => {
  it("come from either gateway", async () => {
    const [one, other] = callers as [RunpackCaller, RunpackCaller];
    const [jobType, runner] = [newWord(), await one.register()];
    const { body: job } = await one.submit(jobType, { a: 1 });
    expect((await other.act(runner, job.job_id, "claim")).status).toBe(200);
    const console_output = "one line\n";
    expect((await one.act(runner, job.job_id, "heartbeat", { console_output })).status).toBe(200);
    expect((await other.act(runner, job.job_id, "complete", { output_data: [1], console_output })).status).toBe(200);
    const states = await atOnce(2, (caller) => caller.call("GET", `/api/jobs/${job.job_id}`, { key: submitKey }));
    expect(states[0]).toEqual(states[1]);
    expect(states[0]?.body.result).toEqual({ output_data: [1], console_output });
  });
});
