import { type Command, Option } from "commander";
import { SwitchyardError } from "@switchyard/errors";
import { findJobId } from "../../input/job-ref.js";
import { wholeNumber } from "../../input/values.js";
import type { Cli } from "../../session/cli.js";
import { onRun } from "../../session/on-run.js";
import { attemptOf } from "../jobs/read-logs.js";

interface DownloadOptions {
  readonly attempt?: number;
  readonly stream: string;
}

/** `logs download`: one stream on the standard output, byte by byte as it was written. */
export function addDownload(cli: Cli, logs: Command): void {
  const command = logs
    .command("download")
    .argument("<job>", "the job")
    .description(
      "Write one stream of a job's log as a file, as far as it is there now: text with a line feed behind each entry, other data byte by byte",
    )
    .addOption(new Option("--attempt <n>", "this attempt instead of the newest").argParser(wholeNumber(1, 2 ** 32 - 1)))
    .addOption(new Option("--stream <name>", "stdout, stderr, log, ...").default("stdout"));
  onRun<DownloadOptions, [string]>(
    cli,
    command,
    async ({ client, namespace, io, print }, { stream, ...chosen }, name) => {
      const jobId = await findJobId(client, namespace, name);
      const attempt = await attemptOf(client, { ...chosen, namespace, jobId });
      if (attempt === 0)
        throw new SwitchyardError("ATTEMPT_NOT_FOUND", `job ${jobId} has no attempt yet`, { job_id: jobId });
      const pieces = client.downloadLog({ namespace, jobId, attempt, stream, signal: io.interrupted });
      for await (const piece of pieces) await print.bytes(piece);
    },
  );
}
