import type { Command } from "commander";
import type { Cli } from "../../session/cli.js";
import { addRetention } from "./retention.js";

/** The commands about the keeping of logs; reading those of a job is `jobs logs`. */
export function addLogKeeping(cli: Cli, program: Command): void {
  const logs = program.command("logs").description("Say how long and how much of logs is kept");
  addRetention(cli, logs);
}
