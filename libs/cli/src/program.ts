import { Command, type OutputConfiguration } from "commander";
import { addCompletion } from "./commands/completion.js";
import { addDoctor } from "./commands/doctor.js";
import { addJobs } from "./commands/jobs/jobs.js";
import { addProfiles } from "./commands/profiles/profiles.js";
import { addLogs } from "./commands/logs/logs.js";
import { addQueues } from "./commands/queues/queues.js";
import { addRunners } from "./commands/runners/runners.js";
import { addSchedules } from "./commands/schedules/schedules.js";
import { addShards } from "./commands/shards/shards.js";
import { addTokens } from "./commands/tokens/tokens.js";
import { addVerify } from "./commands/verify.js";
import { addVersion } from "./commands/version.js";
import type { Cli } from "./session/cli.js";
import { addGlobalOptions } from "./settings/global-options.js";

/** Makes the tree of commands. It throws `CommanderError` instead of ending the process. */
export function createProgram(cli: Cli, output: OutputConfiguration): Command {
  const program = new Command("switchyard")
    .description("Submit, watch and steer jobs of a Switchyard system, and find out what is wrong with it.")
    // Before any command is added: those take over what their parent has by then.
    .exitOverride()
    .configureOutput(output)
    .configureHelp({ showGlobalOptions: true })
    .showHelpAfterError("(--help says more)");
  addGlobalOptions(program);
  const groups = [
    addJobs,
    addQueues,
    addLogs,
    addRunners,
    addSchedules,
    addShards,
    addTokens,
    addProfiles,
    addDoctor,
    addVerify,
    addCompletion,
    addVersion,
  ];
  for (const add of groups) add(cli, program);
  return program;
}
