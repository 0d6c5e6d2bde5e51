import { createRunner, JobFailure, jsonPayload, type Runner, type RunnerOptions } from "@switchyard/client";
import type { HttpGateway } from "@switchyard/http-gateway";
import { LogService } from "@switchyard/proto/switchyard/log/v1/log_service_pb";
import { Gate_Type } from "@switchyard/proto/switchyard/scheduler/v1/explanation_pb";
import { JobEventType } from "@switchyard/proto/switchyard/scheduler/v1/event_pb";
import { JobState, JobView } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { JobService } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import { ReuseState } from "@switchyard/proto/switchyard/scheduler/v1/policy_pb";
import { createClient } from "@switchyard/rpc";
import { eventually, repeatAfterStalls } from "@switchyard/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newWord, type RunpackCaller, runpackVariables, startGateway } from "./runpack.js";
import { startTestSystem, type TestSystem } from "./test-system.js";

let system: TestSystem;
let gateway: HttpGateway;
let hasty: HttpGateway;
/** Of a gateway with the time-outs of every day, and of one whose runners may be silent for two seconds. */
let runpack: RunpackCaller;
let hastyRunpack: RunpackCaller;
const namespace = "runpack";
const { runnerKey, adminKey } = runpackVariables;
/** Runners live short lives here, and a machine that stands still ends them. */
const patient = { timeout: 240_000 };
const timedOut = "Job timed out - no heartbeat received";

beforeAll(async () => {
  system = await startTestSystem({ MANAGED_RUNNERS: "0", NUM_INTERNAL_WORKERS: "0" });
  ({ gateway, runpack } = await startGateway(system));
  ({ gateway: hasty, runpack: hastyRunpack } = await startGateway(system, { RUNPACK_HEARTBEAT_TIMEOUT_MS: "2000" }));
});
afterAll(async () => {
  await hasty.stop();
  await gateway.stop();
  await system.stop();
});

const jobs = () => createClient(JobService, system.transport);

/** A job that a runner has claimed. */
async function claimed(runpack: RunpackCaller, jobType = newWord(), input: object = {}) {
  const [runner, { body }] = [await runpack.register(), await runpack.submit(jobType, input)];
  expect((await runpack.act(runner, body.job_id, "claim")).status).toBe(200);
  return { runner, jobType, job: body.job_id as string };
}

const fails = (job: string) =>
  eventually(async () => expect((await runpack.detail(job)).body.status).toBe("failed"), { timeoutMs: 15_000 });

describe("a job whose runner falls silent", () => {
  it("fails after its claim, stays failed, and is no longer the runner's", patient, () =>
    repeatAfterStalls(async () => {
      const { runner, jobType, job } = await claimed(hastyRunpack);
      await fails(job);
      const { body } = await hastyRunpack.detail(job);
      expect(body).toMatchObject({ claimed_by: runner, error_message: timedOut, console_output: "" });
      expect(body.last_heartbeat).toBe(body.claimed_at);
      expect(body.updated_at).toBeGreaterThan(body.claimed_at);
      for (const [action, report] of [
        ["heartbeat", { console_output: "late" }],
        ["complete", { output_data: 1, console_output: "late" }],
        ["error", { error_message: "late", console_output: "late" }],
      ] as const) {
        expect(await hastyRunpack.act(runner, job, action, report)).toEqual({
          status: 400,
          body: { success: false, message: "Job not found or not claimed by this runner" },
        });
      }
      expect((await hastyRunpack.act(runner, job, "claim")).status).toBe(409);
      expect(await hastyRunpack.submit(jobType, {})).toEqual({
        status: 200,
        body: { job_id: job, status: "failed", message: "Job previously failed", error: timedOut },
      });
      expect((await hastyRunpack.detail(job)).body).toEqual(body);
    }),
  );

  it("keeps what it had said, and lives on its own heartbeats alone", patient, () =>
    repeatAfterStalls(async () => {
      const { runner, job: alive } = await claimed(hastyRunpack);
      const { body: second } = await hastyRunpack.submit(newWord(), {});
      const silent = second.job_id as string;
      await hastyRunpack.act(runner, silent, "claim");
      const report = { progress_current: 1, progress_total: 2, console_output: "so far" };
      await hastyRunpack.act(runner, silent, "heartbeat", report);
      // The same runner goes on looking for work and sends heartbeats for its other job.
      await eventually(
        async () => {
          expect((await hastyRunpack.act(runner, alive, "heartbeat", { console_output: "alive" })).status).toBe(200);
          await hastyRunpack.call("GET", "/api/runner/jobs/available?types[]=none", { key: runnerKey, runner });
          expect((await hastyRunpack.detail(silent)).body.status).toBe("failed");
        },
        { timeoutMs: 15_000, intervalMs: 100 },
      );
      const { body } = await hastyRunpack.detail(silent);
      expect(body).toMatchObject({ console_output: "so far", progress: { current: 1, total: 2 }, claimed_by: runner });
      expect(body).toMatchObject({ error_message: timedOut });
      expect(body.updated_at - body.last_heartbeat).toBeGreaterThanOrEqual(2_000);
      expect((await hastyRunpack.detail(alive)).body.status).toBe("in_progress");
      const done = await hastyRunpack.act(runner, alive, "complete", {
        output_data: null,
        console_output: "alive, done",
      });
      expect(done.status).toBe(200);
    }),
  );
});

describe("a runner", () => {
  it("is seen when it looks for work, not when it asks whether it is known", async () => {
    const runner = await runpack.register();
    const seen = async () => {
      const { body } = await runpack.call("GET", `/api/admin/runners/${runner}`, { key: adminKey });
      return body.last_seen as number;
    };
    const registered = await seen();
    await eventually(async () => {
      await runpack.call("GET", "/api/runner/jobs/available", { key: runnerKey, runner });
      expect(await seen()).toBeGreaterThan(registered);
    });
    const { body: list } = await runpack.call("GET", "/api/admin/runners", { key: adminKey });
    const times = list.runners.map(({ last_seen }: { last_seen: number }) => last_seen);
    expect(times).toEqual([...times].sort((a, b) => b - a));
    const before = await seen();
    expect((await runpack.call("GET", "/api/runner/verify", { key: runnerKey, runner })).status).toBe(200);
    expect(await seen()).toBe(before);
    await eventually(async () => {
      expect((await runpack.act(runner, "no-job", "claim")).status).toBe(409);
      expect(await seen()).toBeGreaterThan(before);
    });
  });
});

describe("a native runner", () => {
  async function withRunner(
    options: Pick<RunnerOptions & { handlers: object }, "handlers">,
    test: () => Promise<void>,
  ) {
    const runner: Runner = createRunner({
      ...{ transport: system.transport, namespace, name: "native" },
      handlers: options.handlers as never,
    });
    await runner.start();
    try {
      await test();
    } finally {
      await runner.stop(0);
    }
  }

  it("does a job of the dialect, and everybody can watch", async () => {
    const jobType = `native-${newWord()}`;
    const { body } = await runpack.submit(jobType, { b: 1, a: [2] });
    const job = body.job_id as string;
    const seen: JobEventType[] = [];
    const watching = (async () => {
      const watch = jobs().watchJobs({ namespace, jobIds: [job], afterSequence: 0n, untilFinal: true });
      for await (const { events } of watch) seen.push(...events.map(({ type }) => type));
    })();
    const handlers = {
      [jobType]: async ({ input, write, progress }: Parameters<import("@switchyard/client").JobHandler>[0]) => {
        await write("stdout", "first line\nsecond line\n");
        progress({ current: 1, total: 4 });
        return { got: input.text() };
      },
    };
    await withRunner({ handlers }, async () => {
      await eventually(async () => expect((await runpack.detail(job)).body.status).toBe("completed"));
    });
    await watching;
    const { SUBMITTED, CLAIMED, STARTED, ENDED } = JobEventType;
    expect(seen).toEqual([SUBMITTED, CLAIMED, STARTED, ENDED]);
    expect((await runpack.submit(jobType, { a: [2], b: 1 })).body).toEqual({
      ...{ job_id: job, status: "completed", message: "Job already completed (cached result)" },
      result: { output_data: { got: '{"b":1,"a":[2]}' }, console_output: "first line\nsecond line\n" },
    });
    expect((await runpack.detail(job)).body).toMatchObject({
      progress: { current: 1, total: 4 },
      console_output: "first line\nsecond line\n",
      claimed_by: expect.any(String),
    });
  });

  it("may fail, or put out what is no JSON", async () => {
    const word = newWord();
    const handlers = {
      [`bytes-${word}`]: () => new Uint8Array([0xff, 0xfe]),
      [`nothing-${word}`]: () => undefined,
      [`fails-${word}`]: () => {
        throw new JobFailure("it did not work");
      },
    };
    const [bytes, nothing, failing] = await Promise.all(
      Object.keys(handlers).map(async (jobType) => (await runpack.submit(jobType, {})).body.job_id as string),
    );
    await withRunner({ handlers }, async () => {
      await eventually(async () => {
        const states = await Promise.all([bytes, nothing, failing].map((job) => runpack.detail(job as string)));
        expect(states.map(({ body }) => body.status)).toEqual(["completed", "completed", "failed"]);
        expect(states[0]?.body.output_data).toMatchObject({ base64: "//4=" });
        expect(states[1]?.body.output_data).toBeNull();
        expect(states[2]?.body.error_message).toBe("it did not work");
      });
    });
  });
});

describe("native clients", () => {
  it("are told why a job of the dialect waits", async () => {
    const { body } = await runpack.submit(newWord(), {});
    const { gates, summary } = await jobs().explainJob({ namespace, jobId: body.job_id });
    expect(gates.find(({ open }) => !open)?.type).toBe(Gate_Type.RUNNER);
    expect(summary).not.toBe("");
  });

  it("find a job by its hash and read its console", async () => {
    const { runner, job } = await claimed(runpack, "example_task", { param2: "value2", param1: "value1" });
    await runpack.act(runner, job, "heartbeat", { console_output: "one\n" });
    await runpack.act(runner, job, "complete", { output_data: { ok: 1 }, console_output: "one\ntwo" });
    const value = "959427a0b1f729c97e66ebbb0fc3fb210a9df9283a00d55a3e7c5ee2c7b75549";
    const found = await jobs().lookupResult({
      ...{ namespace, by: { case: "key", value }, view: JobView.PAYLOADS },
      states: [ReuseState.SUCCEEDED],
    });
    expect(found.job).toMatchObject({
      id: job,
      state: JobState.SUCCEEDED,
      spec: { kind: "example_task", queue: "jobs" },
    });
    expect(new TextDecoder().decode(found.job?.lastAttempt?.outcome?.result?.data)).toBe('{"ok":1}');
    const logs = createClient(LogService, system.transport);
    const { records } = await logs.readLog({ stream: { namespace, jobId: job, attempt: 1, stream: "console" } });
    expect(records.map(({ entry }) => entry?.message)).toEqual(["one\n", "two"]);
  });

  it("submit jobs that the dialect's runners can do", async () => {
    const kind = newWord();
    const items = [{ spec: { kind, input: jsonPayload({ native: true }) } }, { spec: { kind } }];
    await jobs().submitJobs({ namespace, items });
    const runner = await runpack.register();
    const path = `/api/runner/jobs/available?types[]=${kind}`;
    const { body } = await runpack.call("GET", path, { key: runnerKey, runner });
    expect(body.jobs).toMatchObject([{ job_type: kind, input_params: { native: true } }, { input_params: {} }]);
    const job = body.jobs[0].job_id as string;
    expect((await runpack.act(runner, job, "claim")).body.job).toMatchObject({ input_params: { native: true } });
    await runpack.act(runner, job, "complete", { output_data: "text", console_output: "" });
    const { job: ended } = await jobs().getJob({
      namespace,
      by: { case: "jobId", value: job },
      view: JobView.PAYLOADS,
    });
    expect(ended?.state).toBe(JobState.SUCCEEDED);
    expect(new TextDecoder().decode(ended?.lastAttempt?.outcome?.result?.data)).toBe('"text"');
  });
});
