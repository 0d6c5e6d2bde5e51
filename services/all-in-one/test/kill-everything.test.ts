import { createSwitchyardClient, jsonPayload, payloadJson } from "@switchyard/client";
import { JobState } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { eventually, temporaryDirectory } from "@switchyard/testkit";
import { expect, it } from "vitest";
import { familyOf, isAlive } from "./proc.js";
import { startSystemProcess } from "./processes.js";

it("an acknowledged submit survives kill -9 of everything right after", { timeout: 120_000 }, async () => {
  const directory = await temporaryDirectory();
  const env = { SWITCHYARD_DATA_DIR: directory.path, MANAGED_RUNNERS: "0" };
  try {
    const first = await startSystemProcess(env);
    const client = createSwitchyardClient({ address: first.grpc });
    const spec = { kind: "shell.run", input: jsonPayload({ command: ["echo", "survived"] }) };
    const jobs = await Promise.all(Array.from({ length: 20 }, () => client.submit("default", spec)));
    const family = await familyOf(first.pid);
    for (const pid of family) process.kill(pid, "SIGKILL");
    client.close();
    await eventually(async () => {
      for (const pid of family) expect(await isAlive(pid)).toBe(false);
    });

    const second = await startSystemProcess({ ...env, MANAGED_RUNNERS: "2" });
    const again = createSwitchyardClient({ address: second.grpc });
    for (const { jobId } of jobs) {
      const job = await again.waitForJob("default", jobId, { signal: AbortSignal.timeout(60_000) });
      expect(job.state).toBe(JobState.SUCCEEDED);
      expect(job.attemptCount).toBe(1);
      expect(payloadJson(job.lastAttempt?.outcome?.result)).toMatchObject({ exitCode: 0, stdout: "survived\n" });
    }
    again.close();
    expect(await second.end()).toBe(0);
  } finally {
    await directory.remove();
  }
});
