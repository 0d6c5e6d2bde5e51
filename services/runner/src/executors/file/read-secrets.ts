import { readFile } from "node:fs/promises";
import { shortestSecret } from "@switchyard/masking";

/** Where secret values are. */
export interface SecretSources {
  /** Names of the runner's own variables. */
  readonly env: readonly string[];
  /** Absolute paths; the line break at the end is no part of the value. */
  readonly files: readonly string[];
}

/**
 * Reads the values that are to be blackened; files anew for each attempt, since mounted secrets are renewed.
 *
 * @throws Error with every value that is missing, or too short to be told from other words
 */
export async function readSecrets(
  { env, files }: SecretSources,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<readonly string[]> {
  const problems: string[] = [];
  const take = (name: string, value: string | undefined) => {
    if (value === undefined) problems.push(`${name} is not set`);
    else if (value.length < shortestSecret)
      problems.push(`${name} has less than ${shortestSecret} characters, which can't be blackened`);
    return value ?? "";
  };
  const values = env.map((name) => take(name, environment[name]));
  for (const path of files) {
    const text = await readFile(path, "utf8").catch((error: Error) => {
      problems.push(`${path} cannot be read: ${error.message}`);
      return undefined;
    });
    if (text !== undefined) values.push(take(path, text.replace(/\r?\n$/, "")));
  }
  if (problems.length > 0) throw new Error(`secrets: ${problems.join("; ")}`);
  return values;
}
