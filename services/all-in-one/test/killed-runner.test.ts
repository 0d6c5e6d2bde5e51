import { durationFromMs } from "@bufbuild/protobuf/wkt";
import { jsonPayload, type SwitchyardClient } from "@switchyard/client";
import { ErrorReason } from "@switchyard/proto/switchyard/common/v1/errors_pb";
import { AttemptState, Outcome_Kind } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { JobState, JobView } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { CancelMode } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import { eventually, repeatAfterStalls, startProcess, type TestProcess } from "@switchyard/testkit";
import { afterAll, beforeAll, expect, it } from "vitest";
import { processesWith } from "./proc.js";
import { startTestSystem, type TestSystem } from "./test-system.js";

const namespace = "default";
let system: TestSystem;

beforeAll(async () => {
  system = await startTestSystem({ MANAGED_RUNNERS: "0", NUM_INTERNAL_WORKERS: "0" });
});
afterAll(() => system.stop());

async function killAndRunAgain(client: SwitchyardClient, started: TestProcess[], submitted: string[]): Promise<void> {
  const startRunner = async (name: string) => {
    const env = { ...system.serviceEnv, RUNNER_NAME: name, LOG_LEVEL: "info" };
    const runner = await startProcess("services/runner/src/main.ts", env);
    started.push(runner);
    return runner;
  };
  const first = await startRunner("first");
  await first.line(/registered/);
  const marker = `switchyard-killed-runner-${process.pid}`;
  const script = `if [ "$SWITCHYARD_ATTEMPT" = 1 ]; then echo one; exec -a ${marker} sleep 600; else echo two; fi`;
  const { jobId } = await client.submit(namespace, {
    kind: "shell.run",
    input: jsonPayload({ command: ["bash", "-c", script] }),
    policies: { lease: durationFromMs(1_000) },
  });
  submitted.push(jobId);
  await eventually(async () => {
    const { records } = await client.logs.readLog({ stream: { namespace, jobId, attempt: 1, stream: "stdout" } });
    expect(records.map(({ entry }) => entry?.message)).toEqual(["one"]);
  });
  await first.end("SIGKILL");
  // Its child does not outlive it.
  await eventually(async () => expect(processesWith(marker)).toEqual([]), { timeoutMs: 20_000 });
  const second = await startRunner("second");
  const job = await client.waitForJob(namespace, jobId, { signal: AbortSignal.timeout(60_000) });
  expect(job.state).toBe(JobState.SUCCEEDED);
  expect(job.attemptCount).toBe(2);
  const full = await client.jobs.getJob({ namespace, by: { case: "jobId", value: jobId }, view: JobView.FULL });
  expect(full.job?.attempts.map(({ state }) => state)).toEqual([AttemptState.LOST, AttemptState.SUCCEEDED]);

  // What the killed runner would have sent, had it only been slow.
  const attempt = { jobId, by: { case: "attempt" as const, value: 1 } };
  const runnerId = full.job?.attempts[0]?.runnerId as string;
  const reports = [
    { attempt, report: { case: "progress" as const, value: { progress: { current: 1 } } } },
    { attempt, report: { case: "outcome" as const, value: { kind: Outcome_Kind.SUCCEEDED } } },
  ];
  const reported = await client.runners.reportAttempts({ namespace, runnerId, reports });
  expect(reported.results.map(({ reason }) => reason)).toEqual([ErrorReason.LEASE_LOST, ErrorReason.LEASE_LOST]);
  const lines = { case: "text" as const, value: { lines: Buffer.from("late\n") } };
  const appended = await client.runners.appendLog({
    namespace,
    runnerId,
    appends: [{ attempt, append: { stream: "stdout", content: lines } }],
  });
  expect(appended.results[0]?.reason).toBe(ErrorReason.LEASE_LOST);
  const { records } = await client.logs.readLog({ stream: { namespace, jobId, attempt: 1, stream: "stdout" } });
  expect(records.map(({ entry }) => entry?.message)).toEqual(["one"]);
  expect(await second.end()).toBe(0);
}

// The lease runs out for a healthy runner too when the machine stands still: such a try shows nothing.
it(
  "a job whose runner is killed is run again as attempt 2, and attempt 1 can't write any more",
  {
    timeout: 450_000,
  },
  () =>
    repeatAfterStalls(async () => {
      const client = system.openClient();
      const [started, submitted]: [TestProcess[], string[]] = [[], []];
      try {
        await killAndRunAgain(client, started, submitted);
      } finally {
        for (const runner of started) await runner.end("SIGKILL");
        for (const jobId of submitted)
          await client.jobs.cancelJobs({ namespace, jobIds: [jobId], mode: CancelMode.IMMEDIATE });
        client.close();
      }
    }),
);
