import { SwitchyardError } from "@switchyard/errors";
import { JobSchema, JobView } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import type { Command } from "commander";
import { jobRef } from "../../input/job-ref.js";
import type { Cli } from "../../session/cli.js";
import { onRun } from "../../session/on-run.js";
import { jobText } from "./job-text.js";

/** `jobs get`: one job with its input, result and attempts. */
export function addGet(cli: Cli, jobs: Command): void {
  const command = jobs
    .command("get")
    .argument("<job>", "its id, its short id, or its number as #17")
    .description("Show one job with its input, its result and its attempts");
  onRun<object, [string]>(cli, command, async ({ client, namespace, print }, _, name) => {
    const { job } = await client.jobs.getJob({ namespace, by: jobRef(name), view: JobView.FULL });
    if (job === undefined) throw new SwitchyardError("JOB_NOT_FOUND", `no job ${name}`);
    await print.one(JobSchema, job, () => jobText(job, print.colors));
  });
}
