import { CancelMode } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import type { Command } from "commander";
import { findJobIds } from "../../input/job-ref.js";
import type { Cli } from "../../session/cli.js";
import { onRun } from "../../session/on-run.js";
import { printResults } from "./results.js";

/** `jobs cancel`. */
export function addCancel(cli: Cli, jobs: Command): void {
  const command = jobs
    .command("cancel")
    .argument("<jobs...>", "the jobs")
    .description("Cancel jobs; running ones end when their runner has stopped them")
    .option("--immediate", "end running ones at once, without waiting for their runners")
    .option("-m, --message <text>", "why; kept with the end");
  onRun<{ immediate?: boolean; message?: string }, [string[]]>(cli, command, async (session, options, names) => {
    const { client, namespace, actor } = session;
    const { results } = await client.jobs.cancelJobs({
      namespace,
      jobIds: await findJobIds(client, namespace, names),
      mode: options.immediate ? CancelMode.IMMEDIATE : CancelMode.CONFIRMED,
      actor,
      message: options.message ?? "",
    });
    return printResults(session, results);
  });
}
