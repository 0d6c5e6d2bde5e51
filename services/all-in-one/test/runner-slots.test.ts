import { setTimeout as sleep } from "node:timers/promises";
import { createRunner } from "@switchyard/client";
import { AttemptState } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { JobState, JobView } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { createGrpcTransport } from "@switchyard/rpc";
import { createTcpProxy, seededRandom } from "@switchyard/testkit";
import { expect, it } from "vitest";
import { startTestSystem } from "./test-system.js";

/** Jobs of the short run; `npm run test:runners` has 3,000. */
const jobCount = Number(process.env["SLOT_JOBS"] ?? 60);
const slots = 3;
const namespace = "default";

it("slots are never exceeded, and nothing is done twice without a lost lease, though connections are cut all the time", {
  timeout: 60_000 + jobCount * 100,
}, async () => {
  const system = await startTestSystem({ MANAGED_RUNNERS: "0", NUM_INTERNAL_WORKERS: "0" });
  const client = system.openClient();
  const random = seededRandom(7);
  const [host, port] = system.addresses.grpc.split(":") as [string, string];
  const proxy = await createTcpProxy({ target: { host, port: Number(port) } });
  const executed = new Map<string, number>();
  let most = 0;
  const open = Array.from({ length: 2 }, (_, n) => {
    const transport = createGrpcTransport({ address: `127.0.0.1:${proxy.port}` });
    let active = 0;
    const runner = createRunner({
      ...{ transport, namespace, name: `slots-${n}`, kinds: ["test.slots"], slots },
      execute: async ({ lease }) => {
        most = Math.max(most, ++active);
        executed.set(lease.jobId, (executed.get(lease.jobId) ?? 0) + 1);
        await sleep(20 + random() * 60);
        active -= 1;
      },
    });
    return { runner, transport };
  });
  let cuts = 0;
  let over = false;
  const cutting = (async () => {
    while (!over) {
      await sleep(100 + random() * 300);
      proxy.cut();
      cuts += 1;
    }
  })();
  try {
    await Promise.all(open.map(({ runner }) => runner.start()));
    const ids = await Promise.all(
      Array.from({ length: jobCount }, async () => (await client.submit(namespace, { kind: "test.slots" })).jobId),
    );
    for (const jobId of ids) {
      const signal = AbortSignal.timeout(50_000 + jobCount * 100);
      const job = await client.waitForJob(namespace, jobId, { signal });
      expect(job.state).toBe(JobState.SUCCEEDED);
      const by = { case: "jobId" as const, value: jobId };
      const full = await client.jobs.getJob({ namespace, by, view: JobView.FULL });
      const lost = full.job?.attempts.filter(({ state }) => state === AttemptState.LOST).length ?? 0;
      expect(executed.get(jobId)).toBeLessThanOrEqual(1 + lost);
    }
    expect(most).toBe(slots);
    console.info(`${jobCount} jobs on 2 runners with ${slots} slots each over ${cuts} cuts: at most ${most} at once`);
  } finally {
    over = true;
    await cutting;
    for (const { runner, transport } of open) {
      await runner.stop(0);
      transport.close();
    }
    await proxy.close();
    client.close();
    await system.stop();
  }
});
