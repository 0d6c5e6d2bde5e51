import type { Command } from "commander";
import type { Cli } from "../../session/cli.js";
import { addCancel } from "./cancel.js";
import { addExplain } from "./explain.js";
import { addGet } from "./get.js";
import { addList } from "./list.js";
import { addLogs } from "./logs.js";
import { addRetry } from "./retry.js";
import { addSubmit } from "./submit.js";
import { addWatch } from "./watch.js";

/** The commands about jobs. */
export function addJobs(cli: Cli, program: Command): void {
  const jobs = program.command("jobs").description("Submit, read, watch and end jobs");
  for (const add of [addSubmit, addList, addGet, addWatch, addCancel, addRetry, addExplain, addLogs]) add(cli, jobs);
}
