import { execFile } from "node:child_process";
import { resolve } from "node:path";
import { promisify } from "node:util";
import { withLimits } from "../../process/limits.js";
import type { ProcessDefinition } from "./definition.js";
import { inherited, type Environment } from "./process-template.js";
import { readSecrets } from "./read-secrets.js";

/** What is wrong with a member of a definition. */
export interface DefinitionProblem {
  readonly path: readonly string[];
  readonly message: string;
}

/**
 * Looks whether what a process template needs of its surroundings is there: variables that are handed on, secrets, and the right to set its limits.
 *
 * @param here the file's directory
 */
export async function checkProcess(
  definition: ProcessDefinition,
  here: string,
  environment: Environment,
): Promise<readonly DefinitionProblem[]> {
  const problems: DefinitionProblem[] = [];
  const problem = (path: readonly string[], error: unknown) =>
    problems.push({ path, message: error instanceof Error ? error.message : String(error) });
  for (const [name, entry] of Object.entries(definition.env)) {
    if ("inherit" in entry && inherited(name, entry, environment) === undefined)
      problem(["env", name], "is not set here and has no default");
  }
  const { env, files } = definition.secrets;
  await readSecrets({ env, files: files.map((path) => resolve(here, path)) }, environment).catch((error: unknown) =>
    problem(["secrets"], error),
  );
  if (definition.limits !== undefined) {
    const { file, args } = withLimits(definition.limits, { file: "/bin/sh", args: ["-c", ":"] });
    await promisify(execFile)(file, [...args], { timeout: 10_000 }).catch((error: { readonly stderr?: string }) =>
      problem(["limits"], `can't be set here: ${error.stderr?.trim() || "the shell was ended"}`),
    );
  }
  return problems;
}
