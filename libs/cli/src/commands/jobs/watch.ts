import { type JobEvent, JobEventSchema, JobEventType } from "@switchyard/proto/switchyard/scheduler/v1/event_pb";
import { EndReason, JobState } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { type Command, Option } from "commander";
import { exitCodes } from "../../exit-codes.js";
import { enumName } from "../../input/enum-names.js";
import { findJobIds } from "../../input/job-ref.js";
import { sequenceNumber } from "../../input/values.js";
import { messageJson } from "../../output/printer.js";
import { printable } from "../../output/printable.js";
import { timeText } from "../../output/times.js";
import type { Cli } from "../../session/cli.js";
import { onRun } from "../../session/on-run.js";
import { watchEvents } from "./watch-events.js";

interface WatchOptions {
  readonly from?: bigint;
  readonly queue?: string;
  readonly progress?: boolean;
  readonly runners?: boolean;
}

/** `jobs watch`: events of jobs, or of the whole namespace, as they come. */
export function addWatch(cli: Cli, jobs: Command): void {
  const command = jobs
    .command("watch")
    .argument("[jobs...]", "these jobs, until all have ended; none: all jobs, until Ctrl-C")
    .description("Write events as they come, over restarts of the services")
    .addOption(
      new Option(
        "--from <sequence>",
        "events after this number; 0 is all that are kept (default: from now on)",
      ).argParser(sequenceNumber),
    )
    .option("--queue <name>", "of this queue only")
    .option("--progress", "progress too")
    .option("--runners", "the coming and going of runners too");
  onRun<WatchOptions, [string[]]>(cli, command, async ({ client, namespace, print, io }, options, names) => {
    const jobIds = await findJobIds(client, namespace, names);
    const events = watchEvents(client, {
      namespace,
      jobIds,
      ...(options.from === undefined ? {} : { afterSequence: options.from }),
      ...(options.queue === undefined ? {} : { queue: options.queue }),
      includeProgress: options.progress ?? false,
      includeRunners: options.runners ?? false,
      signal: io.interrupted,
    });
    try {
      for await (const event of events) {
        if (print.format === "json") await print.jsonLine(messageJson(JobEventSchema, event));
        else await print.text(`${eventText(event)}\n`);
      }
    } catch (error) {
      if (!io.interrupted.aborted) throw error;
      return exitCodes.cancelled;
    }
    return undefined;
  });
}

/** An event in one line. */
export function eventText(event: JobEvent): string {
  const { type, jobId, runnerId, state, previousState, attempt, progress } = event;
  const parts = [
    timeText(event.time),
    event.sequence === 0n ? "-" : String(event.sequence),
    enumName(JobEventType, type),
    ...(jobId === "" ? [] : [jobId]),
    ...(state === previousState || state === JobState.UNSPECIFIED ? [] : [enumName(JobState, state)]),
    ...(event.endReason === EndReason.UNSPECIFIED ? [] : [`(${enumName(EndReason, event.endReason)})`]),
    ...(attempt === 0 ? [] : [`attempt=${attempt}`]),
    ...(runnerId === "" ? [] : [`runner=${runnerId}`]),
    ...(event.actor === "" ? [] : [`by=${event.actor}`]),
    ...(progress?.current === undefined ? [] : [`progress=${progress.current}/${progress.total ?? "?"}`]),
    ...[event.message, progress?.message ?? ""].filter((text) => text !== ""),
  ];
  return printable(parts.join(" "));
}
