import { fileURLToPath } from "node:url";
import { createSwitchyardClient, jsonPayload, payloadJson } from "@switchyard/client";
import { type Job, JobState } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { timestampMs } from "@bufbuild/protobuf/wkt";
import type { Screen } from "./screen.js";

/** Submits a real job over gRPC and shows its log live: a process that checksums every file tracked in the checkout. */
export async function runNativeJob(grpcAddress: string, checkout: string, screen: Screen): Promise<Job> {
  const client = createSwitchyardClient({ address: grpcAddress });
  try {
    const script = fileURLToPath(new URL("checksum-files.mjs", import.meta.url));
    const input = jsonPayload({ command: [process.execPath, script], cwd: checkout });
    const { jobId } = await client.submit("default", { kind: "shell.run", subject: "checkout", input });
    screen.line(`submitted job ${jobId}`);
    for await (const update of client.followJob({ namespace: "default", jobId })) {
      if (update.type === "log") screen.logLine(update.record.stream, update.record.entry?.message ?? "");
    }
    const job = await client.waitForJob("default", jobId);
    describeJob(job, screen);
    if (job.state !== JobState.SUCCEEDED) throw new Error(`the job ended as ${JobState[job.state]}: ${job.endMessage}`);
    return job;
  } finally {
    client.close();
  }
}

function describeJob(job: Job, screen: Screen): void {
  const { lastAttempt: attempt } = job;
  const at = (time: Parameters<typeof timestampMs>[0] | undefined) => (time ? timestampMs(time) : 0);
  const created = at(job.createTime);
  screen.line(`state ${JobState[job.state]}, attempts ${job.attemptCount}, runner ${attempt?.runnerId ?? "-"}`);
  screen.line(`claimed after ${at(attempt?.claimTime) - created} ms, ended after ${at(job.endTime) - created} ms`);
  const result = attempt?.outcome?.result;
  if (!result) return;
  const { exitCode, durationMs, stdout } = payloadJson(result) as {
    exitCode: number;
    durationMs: number;
    stdout: string;
  };
  screen.line(`exit code ${exitCode} after ${Math.round(durationMs)} ms; the last line of its output:`);
  screen.line(`  ${stdout.trimEnd().split("\n").at(-1) ?? ""}`);
}
