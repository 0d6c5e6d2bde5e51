import { createHash } from "node:crypto";
import { create, toBinary } from "@bufbuild/protobuf";
import { JobSpecSchema } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { SubmittedJobSchema } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import type { Command } from "commander";
import { readJobInput } from "../../input/job-input.js";
import type { Cli } from "../../session/cli.js";
import { onRun } from "../../session/on-run.js";
import { UsageError } from "../../usage-error.js";
import { followToEnd, waitToEnd } from "./follow-to-end.js";
import { addJobOptions, type JobOptions } from "./job-options.js";
import { jobSpec } from "./job-spec.js";

interface SubmitOptions extends JobOptions {
  readonly key?: string;
  readonly follow?: boolean;
  readonly wait?: boolean;
}

/** `jobs submit`: asks for a job, and waits for it or follows it if told so. */
export function addSubmit(cli: Cli, jobs: Command): void {
  const command = addJobOptions(
    jobs
      .command("submit")
      .argument("<kind>", "sort of work")
      .description("Submit a job and print its id; with --follow or --wait end as the job does"),
  )
    .option("--key <key>", "names the submit for repeats: within 24 hours the same key stands for the same job")
    .option("-f, --follow", "write the job's log to the standard output until it has ended")
    .option("-w, --wait", "wait until the job has ended");
  onRun<SubmitOptions, [string]>(cli, command, async (session, options, kind) => {
    if (options.follow && options.wait) throw new UsageError("give --follow or --wait, not both");
    const { io, client, namespace, print } = session;
    const spec = jobSpec(kind, options, await readJobInput(io, options), Date.now());
    const submitted = await client.submit(namespace, spec, {
      signal: io.interrupted,
      ...(options.key === undefined ? {} : { idempotencyKey: options.key, fingerprint: fingerprint(options, spec) }),
    });
    if (options.follow) return followToEnd(session, submitted.jobId);
    if (options.wait) return waitToEnd(session, submitted.jobId);
    await print.one(SubmittedJobSchema, submitted, () => `${submitted.jobId}\n`);
    return undefined;
  });
}

/** A digest of what is asked for, so that a key can't stand for two things. The start is said relative to now, and so is its share. */
function fingerprint(
  { delay = 0 }: JobOptions,
  { startTime: _, ...spec }: Parameters<typeof create<typeof JobSpecSchema>>[1] & object,
) {
  const bytes = toBinary(JobSpecSchema, create(JobSpecSchema, spec));
  return createHash("sha256").update(bytes).update(String(delay)).digest();
}
