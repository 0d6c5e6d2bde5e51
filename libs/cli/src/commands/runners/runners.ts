import type { Command } from "commander";
import type { Cli } from "../../session/cli.js";
import { addChangeRunner } from "./change.js";
import { addListRunners } from "./list.js";
import { addPools } from "./pools.js";

/** The commands about runners and their pools. */
export function addRunners(cli: Cli, program: Command): void {
  const runners = program.command("runners").description("Read runners, drain them, end them");
  addListRunners(cli, runners);
  addChangeRunner(cli, runners);
  addPools(cli, program);
}
