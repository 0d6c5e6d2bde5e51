import type { Command } from "commander";
import type { Cli } from "../../session/cli.js";
import { addDownload } from "./download.js";
import { addRetention } from "./retention.js";

/** The commands about logs as they are kept; reading those of a job, entry by entry, is `jobs logs`. */
export function addLogs(cli: Cli, program: Command): void {
  const logs = program.command("logs").description("Download logs, and say how long and how much of them is kept");
  addDownload(cli, logs);
  addRetention(cli, logs);
}
