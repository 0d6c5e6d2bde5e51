import { jsonPayload, type SwitchyardClient } from "@switchyard/client";
import { AttemptState } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { JobState, JobView } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { CancelMode } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import {
  createTcpProxy,
  eventually,
  repeatAfterStalls,
  startProcess,
  type TcpProxy,
  type TestProcess,
} from "@switchyard/testkit";
import { afterAll, beforeAll, expect, it } from "vitest";
import { processesWith } from "./proc.js";
import { startTestSystem, type TestSystem } from "./test-system.js";

// Runners that the services can't hear, or that can't hear them: paused as a whole, or behind a connection that has died without a word.

const namespace = "default";
const patience = { timeoutMs: 60_000 };

let system: TestSystem;
let client: SwitchyardClient;
let proxy: TcpProxy;
const runners: TestProcess[] = [];
const submitted: string[] = [];

beforeAll(async () => {
  system = await startTestSystem({ MANAGED_RUNNERS: "0", NUM_INTERNAL_WORKERS: "0" });
  client = system.openClient();
  const [host, port] = (system.serviceEnv["RUNNER_GATEWAY_ADDRESS"] as string).split(/[:,]/) as [string, string];
  proxy = await createTcpProxy({ target: { host, port: Number(port) } });
});
afterAll(async () => {
  await proxy.close();
  client.close();
  await system.stop();
});

/** Leases run out for real processes when the machine stands still, whatever became of a runner: such a try shows nothing. */
function onARunningMachine(work: () => Promise<void>): Promise<void> {
  return repeatAfterStalls(async () => {
    try {
      await work();
    } finally {
      proxy.heal();
      proxy.cut();
      for (const runner of runners.splice(0)) {
        process.kill(runner.pid, "SIGCONT");
        await runner.end("SIGKILL");
      }
      for (const jobId of submitted.splice(0))
        await client.jobs.cancelJobs({ namespace, jobIds: [jobId], mode: CancelMode.IMMEDIATE });
    }
  });
}

async function startRunner(name: string, address?: string): Promise<TestProcess> {
  const runner = await startProcess("services/runner/src/main.ts", {
    ...system.serviceEnv,
    ...(address === undefined ? {} : { RUNNER_GATEWAY_ADDRESS: address }),
    ...{ RUNNER_NAME: name, RUNNER_KINDS: "shell.run", LOG_LEVEL: "info" },
  });
  runners.push(runner);
  await runner.line(/registered/);
  return runner;
}

/** A job whose first attempt writes without end, and whose second one ends at once. */
async function submitTalker(marker: string): Promise<string> {
  const script = `if [ "$SWITCHYARD_ATTEMPT" = 1 ]; then while :; do echo "${marker}"; sleep 0.05; done; else echo two; fi`;
  const { jobId } = await client.submit(namespace, {
    kind: "shell.run",
    input: jsonPayload({ command: ["sh", "-c", script, marker] }),
    policies: { lease: { seconds: 2n }, stopGrace: { seconds: 1n } },
  });
  submitted.push(jobId);
  await eventually(async () => expect(await linesOf(jobId, 1)).not.toEqual([]));
  return jobId;
}

async function linesOf(jobId: string, attempt: number): Promise<readonly (string | undefined)[]> {
  const { records } = await client.logs.readLog({
    stream: { namespace, jobId, attempt, stream: "stdout" },
    pageSize: 5_000,
  });
  return records.map(({ entry }) => entry?.message);
}

async function expectTakenOver(jobId: string): Promise<void> {
  const job = await client.waitForJob(namespace, jobId, { signal: AbortSignal.timeout(60_000) });
  expect(job.state).toBe(JobState.SUCCEEDED);
  const full = await client.jobs.getJob({ namespace, by: { case: "jobId", value: jobId }, view: JobView.FULL });
  expect(full.job?.attempts.map(({ state }) => state)).toEqual([AttemptState.LOST, AttemptState.SUCCEEDED]);
}

async function pauseBeyondTheLease(): Promise<void> {
  const first = await startRunner("first");
  const marker = `switchyard-paused-${process.pid}`;
  const jobId = await submitTalker(marker);
  process.kill(first.pid, "SIGSTOP");
  await startRunner("second");
  await expectTakenOver(jobId);
  const before = await linesOf(jobId, 1);
  // Nobody has stopped them: the one who would stands still.
  expect(processesWith(marker)).not.toEqual([]);
  process.kill(first.pid, "SIGCONT");
  await eventually(async () => expect(processesWith(marker)).toEqual([]), patience);
  expect(await linesOf(jobId, 1)).toEqual(before);
  expect(await linesOf(jobId, 2)).toEqual(["two"]);
  // It goes on with other work.
  await runners.pop()?.end();
  const { jobId: next } = await client.submit(namespace, {
    kind: "shell.run",
    input: jsonPayload({ command: ["true"] }),
  });
  expect((await client.waitForJob(namespace, next, { signal: AbortSignal.timeout(60_000) })).state).toBe(
    JobState.SUCCEEDED,
  );
}
it(
  "a runner that is paused beyond its lease writes nothing when it wakes up, and stops its children",
  {
    timeout: 600_000,
  },
  () => onARunningMachine(pauseBeyondTheLease),
);

async function loseOneDirection(direction: "up" | "down"): Promise<void> {
  const first = await startRunner("first", `127.0.0.1:${proxy.port}`);
  const marker = `switchyard-half-open-${direction}-${process.pid}`;
  const jobId = await submitTalker(marker);
  proxy.swallow(direction);
  await eventually(async () => expect(processesWith(marker)).toEqual([]), patience);
  // Its child may be gone before what it said has been read.
  await eventually(() => expect(first.output()).toMatch(/no answer renewed the lease in time|"LEASE_LOST"/));
  await startRunner("second");
  await expectTakenOver(jobId);
  await runners.pop()?.end();
  proxy.heal();
  proxy.cut();
  const command = jsonPayload({ command: ["true"] });
  const { jobId: next } = await client.submit(namespace, { kind: "shell.run", input: command });
  const job = await client.waitForJob(namespace, next, { signal: AbortSignal.timeout(90_000) });
  expect(job.state).toBe(JobState.SUCCEEDED);
}

it.each(["up", "down"] as const)(
  "a connection that lets nothing through %s is noticed by both sides: the work goes elsewhere, and the runner comes back",
  { timeout: 900_000 },
  (direction) => onARunningMachine(() => loseOneDirection(direction)),
);
