import { createHash, randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { jsonPayload } from "@switchyard/client";
import { AttemptState } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { JobView } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { startProcess, temporaryDirectory } from "@switchyard/testkit";
import { expect, it } from "vitest";
import { startGatewayProcess } from "./runners/gateway-process.js";
import { hashOutput } from "./runners/read-output.js";
import { startTestSystem } from "./test-system.js";

/** Bytes of output in the short run; `npm run test:runners` writes 100 MB. */
const outputBytes = Number(process.env["OUTPUT_BYTES"] ?? 2_000_000);
const kills = Number(process.env["GATEWAY_KILLS"] ?? 1);
const namespace = "default";

it("output arrives once and in order, and no job runs twice, though the gateway is killed while it comes", {
  timeout: 60_000 + outputBytes / 500,
}, async () => {
  const directory = await temporaryDirectory();
  const system = await startTestSystem({ MANAGED_RUNNERS: "0", NUM_INTERNAL_WORKERS: "0" });
  const gateway = await startGatewayProcess(system);
  const runner = await startProcess("services/runner/src/main.ts", {
    ...system.serviceEnv,
    ...{ RUNNER_GATEWAY_ADDRESS: gateway.address, RUNNER_SLOTS: "3", LOG_LEVEL: "info" },
  });
  const client = system.openClient();
  try {
    await runner.line(/registered/);
    const file = join(directory.path, "output");
    const text = linesOf(outputBytes);
    await writeFile(file, text);
    const spec = { kind: "shell.run", policies: { lease: { seconds: 20n } } };
    const { jobId } = await client.submit(namespace, { ...spec, input: jsonPayload({ command: ["cat", file] }) });
    const small = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        client.submit(namespace, { ...spec, input: jsonPayload({ command: ["sh", "-c", `sleep 0.2; echo ${n}`] }) }),
      ),
    );
    const stream = { namespace, jobId, attempt: 1, stream: "stdout" };
    for (let kill = 1; kill <= kills; kill++) {
      const enough = Math.floor((outputBytes * kill) / (kills + 2) / lineBytes);
      await client
        .followLog({ ...stream, fromSequence: BigInt(enough) })
        [Symbol.asyncIterator]()
        .next();
      await gateway.killAndRestart();
    }
    const attempts = await Promise.all(
      [jobId, ...small.map((one) => one.jobId)].map(async (id) => {
        await client.waitForJob(namespace, id, { signal: AbortSignal.timeout(50_000 + outputBytes / 500) });
        const by = { case: "jobId" as const, value: id };
        const { job } = await client.jobs.getJob({ namespace, by, view: JobView.FULL });
        return job?.attempts.map(({ state }) => state);
      }),
    );
    expect(attempts).toEqual(attempts.map(() => [AttemptState.SUCCEEDED]));
    expect(await hashOutput(client, stream)).toEqual({
      bytes: text.length,
      sha256: createHash("sha256").update(text).digest("hex"),
    });
  } finally {
    await runner.end();
    client.close();
    await gateway.stop();
    await system.stop();
    await directory.remove();
  }
});

const lineBytes = 100;

/** Numbered lines of a hundred bytes. */
function linesOf(bytes: number): Buffer {
  const filling = randomBytes(40).toString("hex");
  const lines = Array.from({ length: Math.floor(bytes / lineBytes) }, (_, n) =>
    `${String(n).padStart(10, "0")} ${filling}`.padEnd(lineBytes - 1, "."),
  );
  return Buffer.from(`${lines.join("\n")}\n`);
}
