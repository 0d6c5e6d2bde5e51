import { jsonPayload } from "@switchyard/client";
import { CancelMode } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import { JobState } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { eventually, startProcess } from "@switchyard/testkit";
import { expect, it } from "vitest";
import { processesWith } from "./proc.js";
import { startTestSystem } from "./test-system.js";

/** Process trees that are cancelled at once; `npm run test:runners` has 500. */
const trees = Number(process.env["TREES"] ?? 12);
const depth = 4;
const graceSeconds = 2;
const namespace = "default";

/** A shell in a shell in a shell, and in that a process that sleeps. What comes last keeps a shell from giving its place to its child. */
const script = `
  [ "$STUBBORN" = 1 ] && trap "" TERM
  if [ "$1" -gt 1 ]; then bash -c "$TREE" "$0" $(($1 - 1)); else exec -a "$0" sleep 3600; fi
  :
`;

it("cancelled process trees are gone, whether they heed SIGTERM or not, before their jobs are", {
  timeout: 60_000 + trees * 400,
}, async () => {
  const system = await startTestSystem({ MANAGED_RUNNERS: "0", NUM_INTERNAL_WORKERS: "0" });
  const client = system.openClient();
  const runner = await startProcess("services/runner/src/main.ts", {
    ...system.serviceEnv,
    ...{ RUNNER_SLOTS: String(trees), LOG_LEVEL: "info" },
  });
  try {
    await runner.line(/registered/);
    const marker = `switchyard-tree-${process.pid}`;
    const jobs = await Promise.all(
      Array.from({ length: trees }, (_, n) =>
        client.submit(namespace, {
          kind: "shell.run",
          input: jsonPayload({
            command: ["bash", "-c", script, marker, String(depth)],
            env: { TREE: script, STUBBORN: String(n % 2) },
          }),
          policies: { stopGrace: { seconds: BigInt(graceSeconds) } },
        }),
      ),
    );
    const all = { timeoutMs: 30_000 + trees * 200, intervalMs: 400 };
    await eventually(async () => expect(processesWith(marker).length).toBe(trees * depth), all);
    const cancelledAt = performance.now();
    await client.jobs.cancelJobs({ namespace, jobIds: jobs.map(({ jobId }) => jobId), mode: CancelMode.CONFIRMED });
    await eventually(async () => expect(processesWith(marker)).toEqual([]), all);
    const goneAfter = Math.round(performance.now() - cancelledAt);
    console.info(
      `${trees} trees of ${depth} processes were gone ${goneAfter} ms after the cancel, with a grace of ${graceSeconds} s`,
    );
    for (const { jobId } of jobs) {
      const job = await client.waitForJob(namespace, jobId, { signal: AbortSignal.timeout(60_000) });
      expect(job.state).toBe(JobState.CANCELLED);
    }
  } finally {
    await runner.end("SIGKILL");
    client.close();
    await system.stop();
  }
});
