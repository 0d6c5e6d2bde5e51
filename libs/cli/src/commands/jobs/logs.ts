import type { SwitchyardClient } from "@switchyard/client";
import { LogRecordSchema, type LogRecord } from "@switchyard/proto/switchyard/log/v1/log_service_pb";
import { type Command, Option } from "commander";
import { exitCodes } from "../../exit-codes.js";
import { findJobId } from "../../input/job-ref.js";
import { wholeNumber } from "../../input/values.js";
import { messageJson } from "../../output/printer.js";
import type { Cli } from "../../session/cli.js";
import { onRun } from "../../session/on-run.js";
import type { Session } from "../../session/session.js";
import { type LogTextOptions, recordText } from "./log-text.js";
import { followLogs, type LogChoice, readLogs, searchLogs } from "./read-logs.js";

interface LogsOptions extends LogTextOptions {
  readonly follow?: boolean;
  readonly attempt?: number;
  readonly stream?: string;
  readonly tail?: number;
  readonly grep?: string;
  readonly regex?: string;
  readonly context?: number;
}

/** `jobs logs`. */
export function addLogs(cli: Cli, jobs: Command): void {
  const command = jobs
    .command("logs")
    .argument("<job>", "the job")
    .description("Write a job's log: the newest attempt's, all streams in the order of their times")
    .option(
      "-f, --follow",
      "go on as entries come, over later attempts and restarts of the services, until the job has ended",
    )
    .addOption(new Option("--attempt <n>", "this attempt instead of the newest").argParser(wholeNumber(1, 2 ** 32 - 1)))
    .option("--stream <name>", "this stream only: stdout, stderr, log, ...")
    .addOption(new Option("--tail <n>", "only the last entries of what is there").argParser(wholeNumber(1, 10_000)))
    .addOption(new Option("--grep <text>", "only entries with this text").conflicts(["follow", "tail", "regex"]))
    .addOption(
      new Option("--regex <expression>", "only entries that match this expression (RE2)").conflicts(["follow", "tail"]),
    )
    .addOption(
      new Option("-C, --context <n>", "with --grep or --regex: so many entries around each match").argParser(
        wholeNumber(1, 100),
      ),
    )
    .option("--timestamps", "the time before each entry")
    .option("--prefix", "attempt and stream before each entry");
  onRun<LogsOptions, [string]>(cli, command, async (session, options, name) => {
    const { client, namespace, io } = session;
    const jobId = await findJobId(client, namespace, name);
    const which = { ...options, namespace, jobId };
    try {
      await writeRecords(session, recordsOf(client, which, io.interrupted), options);
    } catch (error) {
      if (!io.interrupted.aborted) throw error;
      return exitCodes.cancelled;
    }
    return undefined;
  });
}

function recordsOf(
  client: SwitchyardClient,
  choice: LogsOptions & LogChoice,
  signal: AbortSignal,
): AsyncIterable<LogRecord> {
  const { grep: contains = "", regex = "", context = 0 } = choice;
  if (contains !== "" || regex !== "")
    return searchLogs(client, { ...choice, filter: { contains, regex }, context, signal });
  return choice.follow === true ? followLogs(client, { ...choice, signal }) : readLogs(client, choice);
}

async function writeRecords({ print }: Session, records: AsyncIterable<LogRecord>, options: LogTextOptions) {
  for await (const record of records) {
    if (print.format === "json") await print.jsonLine(messageJson(LogRecordSchema, record));
    else await print.text(recordText(record, options));
  }
}
