import { JobFailure, type JobHandler, JobSuccess } from "@switchyard/client";
import { z } from "zod";
import type { ProcessExecutorDeps } from "./attempt-process.js";
import { executeProcess } from "./process.js";
import { processInput, readInput } from "./process-input.js";
import { usageFacts } from "./settle-process.js";
import { simulate } from "./simulation.js";

/** Whether, and with what, commands of callers are run. */
export interface ParameterCommandOptions extends ProcessExecutorDeps {
  /** Run `parameters.command`. Without it, such a job is simulated like any other. Default no: its callers may be anybody. */
  readonly allowCommands?: boolean;
  /** How long a simulation takes, in milliseconds. Default 1,000. */
  readonly simulationMs?: number;
}

const parameterInput = z.looseObject({
  problem_id: z.string().optional(),
  parameters: z
    .looseObject({ command: z.unknown().optional(), max_steps: z.int().min(1).max(1_000).default(30) })
    .default({
      command: undefined,
      max_steps: 30,
    }),
});

/** What of the parameters belongs to the process; the time limit is the scheduler's. */
const commandInput = processInput.pick({ args: true, shell: true, env: true, cwd: true, stdin: true }).extend({
  command: z.array(z.string()).min(1),
});

/**
 * Makes the executor of jobs that say what to do in `parameters` and not by their kind. A `parameters.command`, a list of program
 * and arguments, is run as a process where the operator allows it; everything else is simulated.
 */
export function createParameterCommandExecutor(options: ParameterCommandOptions): JobHandler {
  return async (context) => {
    const { problem_id: problem, parameters } = readInput(parameterInput, context);
    if (!options.allowCommands || parameters.command === undefined) {
      const subject = problem ?? context.lease.kind;
      const { simulationMs: durationMs } = options;
      return simulate(context, {
        subject,
        maxSteps: parameters.max_steps,
        ...(durationMs === undefined ? {} : { durationMs }),
      });
    }
    const command = commandInput.safeParse(parameters);
    if (!command.success) {
      const [issue] = command.error.issues;
      throw new JobFailure(`parameters.${issue?.path.join(".")}: ${issue?.message}`, { cause: command.error });
    }
    const input = processInput.parse(command.data);
    const result = await executeProcess(options, context, input);
    return new JobSuccess({ success: true, ...result, execution_time: new Date().toISOString() }, usageFacts(result));
  };
}
