import { readFileSync } from "node:fs";
import { z } from "zod";

/** Environment variables by name, each with the schema that reads its text. */
export type ConfigShape = Readonly<Record<string, z.ZodType>>;

/** The values of a shape, by the same names. */
export type ConfigOf<Shape extends ConfigShape> = { [Name in keyof Shape]: z.output<Shape[Name]> };

/** Says everything that is wrong with a configuration, one line each. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  /** One line per problem, beginning with the variable's name. */
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`the configuration is not valid:\n${problems.map((problem) => `  ${problem}`).join("\n")}`);
    this.problems = problems;
  }
}

/**
 * Reads a service's configuration from the environment. An empty variable counts as unset. `NAME_FILE` names a file
 * that holds the value of `NAME` (a mounted secret); the line break at its end is dropped.
 *
 * @param check looks at several values together; reports through `problem`. Runs only when each value is right by itself
 * @throws ConfigError with all problems at once; texts of secrets are never repeated in it
 */
export function loadConfig<Shape extends ConfigShape>(
  shape: Shape,
  env: Readonly<Record<string, string | undefined>> = process.env,
  check?: (config: ConfigOf<Shape>, problem: (name: string, text: string) => void) => void,
): ConfigOf<Shape> {
  const problems: string[] = [];
  const problem = (name: string, text: string) => problems.push(`${name}: ${text}`);
  const texts = Object.fromEntries(Object.keys(shape).map((name) => [name, readText(name, env, problem)]));
  const broken = new Set(problems.map((line) => line.slice(0, line.indexOf(":"))));

  const result = z.object(shape).safeParse(texts);
  for (const issue of result.error?.issues ?? []) {
    const name = String(issue.path[0]);
    if (broken.has(name)) continue;
    const inside = issue.path.slice(1).join(".");
    const text = texts[name] === undefined ? "is not set" : issue.message;
    problem(name, inside === "" ? text : `${inside}: ${text}`);
  }
  if (result.success && problems.length === 0) check?.(result.data as ConfigOf<Shape>, problem);
  if (problems.length > 0) throw new ConfigError(problems);
  return result.data as ConfigOf<Shape>;
}

function readText(
  name: string,
  env: Readonly<Record<string, string | undefined>>,
  problem: (name: string, text: string) => void,
): string | undefined {
  const direct = env[name] || undefined;
  const path = env[`${name}_FILE`] || undefined;
  if (path === undefined) return direct;
  if (direct !== undefined) {
    problem(name, `is set twice, directly and by ${name}_FILE`);
    return direct;
  }
  try {
    return readFileSync(path, "utf8").replace(/\r?\n$/, "") || undefined;
  } catch (error) {
    problem(name, `${name}_FILE cannot be read: ${(error as Error).message}`);
    return undefined;
  }
}
