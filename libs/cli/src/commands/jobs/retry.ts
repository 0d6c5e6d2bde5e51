import { uuidV7 } from "@switchyard/client";
import type { Command } from "commander";
import { findJobIds } from "../../input/job-ref.js";
import type { Cli } from "../../session/cli.js";
import { onRun } from "../../session/on-run.js";
import { printResults } from "./results.js";

/** `jobs retry`. */
export function addRetry(cli: Cli, jobs: Command): void {
  const command = jobs
    .command("retry")
    .argument("<jobs...>", "the jobs; each must have failed, timed out or been cancelled")
    .description("Reopen ended jobs under their ids, with a fresh budget of attempts");
  onRun<object, [string[]]>(cli, command, async (session, _, names) => {
    const { client, namespace, actor } = session;
    const jobIds = await findJobIds(client, namespace, names);
    const { results } = await client.jobs.retryJobs({ namespace, jobIds, actor, requestId: uuidV7() });
    return printResults(session, results);
  });
}
