import { durationFromMs } from "@bufbuild/protobuf/wkt";
import { type JobSpecInit, jsonPayload } from "@switchyard/client";
import { AttemptState } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { JobState, JobView } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { CancelMode } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import { createTcpProxy, repeatAfterStalls, startProcess, type TestProcess } from "@switchyard/testkit";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startTestSystem, type TestSystem } from "./test-system.js";

/** How long a healthy handler blocks, in milliseconds: several leases; the long suite says a minute. */
const blockMs = Number(process.env["BLOCK_MS"] ?? 6_000);
const namespace = "default";
const lease = durationFromMs(2_000);

let system: TestSystem;
let client: ReturnType<TestSystem["openClient"]>;
const runners: TestProcess[] = [];
const submitted: string[] = [];

beforeAll(async () => {
  system = await startTestSystem({ MANAGED_RUNNERS: "0", NUM_INTERNAL_WORKERS: "0" });
  client = system.openClient();
});
afterAll(async () => {
  client.close();
  await system.stop();
});

async function startRunner(address: string, env: Readonly<Record<string, string>> = {}): Promise<TestProcess> {
  const runner = await startProcess("services/all-in-one/test/runners/blocking-runner.ts", {
    RUNNER_GATEWAY_ADDRESS: address,
    ...env,
  });
  runners.push(runner);
  await runner.line(/registered/);
  return runner;
}

/** Submits a job whose handler blocks. */
async function submit(ms: number, policies: JobSpecInit["policies"]): Promise<string> {
  const input = jsonPayload({ blockMs: ms });
  const { jobId } = await client.submit(namespace, { kind: "test.block", input, policies });
  submitted.push(jobId);
  return jobId;
}

/** A case about leases that real processes count: they run out when the machine stands still, and such a try shows nothing. */
function itOnARunningMachine(what: string, work: () => Promise<void>): void {
  const tidily = async () => {
    try {
      await work();
    } finally {
      for (const runner of runners.splice(0)) await runner.end("SIGKILL");
      for (const jobId of submitted.splice(0))
        await client.jobs.cancelJobs({ namespace, jobIds: [jobId], mode: CancelMode.IMMEDIATE });
    }
  };
  it(what, { timeout: 5 * (blockMs + 60_000) }, () => repeatAfterStalls(tidily));
}

const attemptsOf = async (jobId: string) => {
  const { job } = await client.jobs.getJob({ namespace, by: { case: "jobId", value: jobId }, view: JobView.FULL });
  return job?.attempts.map(({ state }) => state);
};

itOnARunningMachine("a handler that blocks the event loop for several leases keeps its lease", async () => {
  await startRunner(system.addresses.grpc);
  const jobId = await submit(blockMs, { lease });
  const job = await client.waitForJob(namespace, jobId, { signal: AbortSignal.timeout(blockMs + 40_000) });
  expect(job.state).toBe(JobState.SUCCEEDED);
  expect(await attemptsOf(jobId)).toEqual([AttemptState.SUCCEEDED]);
});

itOnARunningMachine("a process whose handler blocks on after its attempt was ended by others ends itself", async () => {
  const runner = await startRunner(system.addresses.grpc);
  const gone = new Promise<NodeJS.Signals | null>((resolve) =>
    runner.child.once("exit", (_, signal) => resolve(signal)),
  );
  const jobId = await submit(600_000, { lease, stopGrace: durationFromMs(500) });
  // No deadline of the job's own: it could end what was meant for the runner of the test before, and block nobody.
  await runner.line(/blocks/);
  await client.jobs.cancelJobs({ namespace, jobIds: [jobId], mode: CancelMode.IMMEDIATE });
  const job = await client.waitForJob(namespace, jobId, { signal: AbortSignal.timeout(40_000) });
  expect(job.state).toBe(JobState.CANCELLED);
  expect(await gone).toBe("SIGKILL");
  expect(runner.output()).toMatch(new RegExp(`lease of attempt \\d of job ${jobId} is lost.*ends itself`));
});

itOnARunningMachine(
  "a process whose handler blocks on while the gateway can't be reached ends itself, and the work goes elsewhere",
  async () => {
    const [host, port] = system.addresses.grpc.split(":") as [string, string];
    const proxy = await createTcpProxy({ target: { host, port: Number(port) } });
    const runner = await startRunner(`127.0.0.1:${proxy.port}`);
    const gone = new Promise<NodeJS.Signals | null>((resolve) =>
      runner.child.once("exit", (_, signal) => resolve(signal)),
    );
    // Longer than the gateway keeps what nobody comes for, which would be lost again and again.
    const jobId = await submit(600_000, { lease: durationFromMs(4_000), stopGrace: durationFromMs(500) });
    await runner.line(/blocks/);
    proxy.refuse(true);
    proxy.cut();
    expect(await gone).toBe("SIGKILL");
    await startRunner(system.addresses.grpc, { NEVER_BLOCKS: "1" });
    const job = await client.waitForJob(namespace, jobId, { signal: AbortSignal.timeout(40_000) });
    expect(job.state).toBe(JobState.SUCCEEDED);
    // One that the runner of the test before was meant to get may have been given back.
    expect((await attemptsOf(jobId))?.slice(-2)).toEqual([AttemptState.LOST, AttemptState.SUCCEEDED]);
    await proxy.close();
  },
);
