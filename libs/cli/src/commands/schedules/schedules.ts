import type { Command } from "commander";
import type { Cli } from "../../session/cli.js";
import { addCreateSchedule } from "./create.js";
import { addReadSchedules } from "./read.js";

/** The commands about schedules. */
export function addSchedules(cli: Cli, program: Command): void {
  const schedules = program.command("schedules").description("Submit jobs by the clock");
  addReadSchedules(cli, schedules);
  addCreateSchedule(cli, schedules);
}
