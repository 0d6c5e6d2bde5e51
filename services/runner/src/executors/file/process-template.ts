import { resolve } from "node:path";
import type { JobContext } from "@switchyard/client";
import type { Mask } from "@switchyard/masking";
import { findProgram } from "../../process/find-program.js";
import { type ProcessLimits, withLimits } from "../../process/limits.js";
import type { AttemptProcess } from "../attempt-process.js";
import type { ProcessDefinition } from "./definition.js";
import { fillArguments, fillTemplate, type TemplateValues } from "./fill-template.js";

/** What a definition says about a job, before there is a directory for it. */
export interface FilledTemplate {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly stdin: string | Uint8Array | undefined;
}

/** Variables of the runner. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Fills all that comes from the job.
 *
 * @throws JobFailure that names what is missing or refused
 */
export function fillDefinition(
  { args, env, stdin, optionsFromInput }: ProcessDefinition,
  values: TemplateValues,
  input: JobContext["input"],
  environment: Environment,
): FilledTemplate {
  const variables = Object.entries(env).map(([name, entry]) => {
    if (!("inherit" in entry)) return [name, fillTemplate(entry, values)];
    return [name, inherited(name, entry, environment) ?? ""];
  });
  return {
    args: fillArguments(args, values, optionsFromInput),
    env: Object.fromEntries(variables) as Record<string, string>,
    stdin: stdin === "input" ? input.bytes : stdin && fillTemplate(stdin, values),
  };
}

/** The value of a variable that is handed on; undefined when it is set nowhere. */
export function inherited(
  name: string,
  { inherit, default: otherwise }: { readonly inherit: string | true; readonly default?: string | undefined },
  environment: Environment,
): string | undefined {
  return environment[inherit === true ? name : inherit] ?? otherwise;
}

/**
 * The process of an attempt.
 *
 * @param here the file's directory, where relative paths of programs start
 * @throws SpawnError when there are limits and the program is not there
 */
export async function processOf(
  { program, limits, timeout, stopGrace }: ProcessDefinition,
  filled: FilledTemplate,
  { cwd, here, mask, environment }: { cwd: string; here: string; mask: Mask; environment: Environment },
): Promise<AttemptProcess> {
  const file = program.includes("/") ? resolve(here, program) : program;
  const command = { file, args: filled.args };
  return {
    ...(limits === undefined
      ? command
      : await limited(limits, command, filled.env["PATH"] ?? environment["PATH"], cwd)),
    ...{ env: filled.env, cwd, mask },
    ...(filled.stdin !== undefined && { stdin: filled.stdin }),
    ...(timeout !== undefined && { timeoutMs: timeout }),
    ...(stopGrace !== undefined && { graceMs: stopGrace }),
  };
}

async function limited(
  limits: ProcessLimits,
  { file, args }: { readonly file: string; readonly args: readonly string[] },
  path: string | undefined,
  cwd: string,
) {
  return withLimits(limits, { file: await findProgram(file, path, cwd), args });
}
