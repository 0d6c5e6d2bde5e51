import { Schedule_CatchUp, ScheduleSchema } from "@switchyard/proto/switchyard/scheduler/v1/queue_service_pb";
import { type Command, Option } from "commander";
import { enumNames, enumValue } from "../../input/enum-names.js";
import { readJobInput } from "../../input/job-input.js";
import type { Cli } from "../../session/cli.js";
import { onRun } from "../../session/on-run.js";
import { addJobOptions, type JobOptions } from "../jobs/job-options.js";
import { jobSpec } from "../jobs/job-spec.js";
import { scheduleText } from "./schedule-text.js";

interface CreateOptions extends JobOptions {
  readonly cron: string;
  readonly zone?: string;
  readonly catchUp?: Schedule_CatchUp;
  readonly paused?: boolean;
  readonly replace?: boolean;
}

/** `schedules create`. */
export function addCreateSchedule(cli: Cli, schedules: Command): void {
  const command = schedules
    .command("create")
    .argument("<name>", "its name")
    .argument("<kind>", "sort of work of its jobs")
    .description("Create a schedule that submits one job at each tick")
    .requiredOption("--cron <expression>", "five or six fields, such as '*/5 * * * *'")
    .option("--zone <name>", "time zone, such as Europe/Berlin (default: UTC)")
    .addOption(
      new Option(
        "--catch-up <mode>",
        `ticks that nobody kept: ${enumNames(Schedule_CatchUp).join(", ")} (default: last)`,
      ).argParser(enumValue(Schedule_CatchUp)),
    )
    .option("--paused", "without ticks at first")
    .option("--replace", "replace the one of this name");
  addJobOptions(command);
  onRun<CreateOptions, [string, string]>(
    cli,
    command,
    async ({ io, client, namespace, print }, options, name, kind) => {
      const { cron, zone = "", catchUp = Schedule_CatchUp.LAST, paused = false, replace = false } = options;
      const spec = jobSpec(kind, options, await readJobInput(io, options), Date.now());
      const answer = await client.queues.createSchedule({
        schedule: { namespace, name, cron, timeZone: zone, catchUp, paused, spec },
        replace,
      });
      const { schedule } = answer;
      if (schedule !== undefined) await print.one(ScheduleSchema, schedule, () => scheduleText(schedule));
    },
  );
}
