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
import { followLogs, readLogs } from "./read-logs.js";

interface LogsOptions extends LogTextOptions {
  readonly follow?: boolean;
  readonly attempt?: number;
  readonly stream?: string;
  readonly tail?: number;
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
    .option("--timestamps", "the time before each entry")
    .option("--prefix", "attempt and stream before each entry");
  onRun<LogsOptions, [string]>(cli, command, async (session, options, name) => {
    const { client, namespace, io } = session;
    const jobId = await findJobId(client, namespace, name);
    const which = { ...options, namespace, jobId };
    const { follow = false } = options;
    try {
      const records = follow ? followLogs(client, { ...which, signal: io.interrupted }) : readLogs(client, which);
      await writeRecords(session, records, options);
    } catch (error) {
      if (!io.interrupted.aborted) throw error;
      return exitCodes.cancelled;
    }
    return undefined;
  });
}

async function writeRecords({ print }: Session, records: AsyncIterable<LogRecord>, options: LogTextOptions) {
  for await (const record of records) {
    if (print.format === "json") await print.jsonLine(messageJson(LogRecordSchema, record));
    else await print.text(recordText(record, options));
  }
}
