import type { Command } from "commander";
import type { Cli } from "../../session/cli.js";
import { addGetQueue } from "./get.js";
import { addLimits } from "./limits.js";
import { addListQueues } from "./list.js";
import { addPauseAndResume } from "./pause.js";

/** The commands about queues. */
export function addQueues(cli: Cli, program: Command): void {
  const queues = program.command("queues").description("Read and steer queues and limits");
  for (const add of [addListQueues, addGetQueue, addPauseAndResume, addLimits]) add(cli, queues);
}
