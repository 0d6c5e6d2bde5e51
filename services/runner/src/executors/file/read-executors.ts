import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { z } from "zod";
import { type ExecutorDefinition, executorSchema } from "./definition.js";
import { parseYaml } from "./parse-yaml.js";

/** What a file of executors says. */
export interface ExecutorsFile {
  /** By kind or glob, in the file's order; those with problems are left out. */
  readonly executors: ReadonlyMap<string, ExecutorDefinition>;
  /** All that is wrong with it, a line each, with the place. */
  readonly problems: readonly string[];
  /** A problem with something in it that was found later. */
  problemAt(path: readonly PropertyKey[], message: string): string;
}

const fileSchema = z.strictObject({
  executors: z.record(z.string().min(1).max(255), z.unknown()).refine(isNotEmpty, "expected one executor or more"),
});

/** Reads a file of executors, YAML or JSON. Never throws: what is wrong is told with all the rest. */
export function readExecutors(path: string): ExecutorsFile {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    const problemAt = (_: readonly PropertyKey[], message: string) => `${path}: ${message}`;
    return {
      executors: new Map(),
      problems: [`cannot be read: ${(error as Error).message}`].map((m) => problemAt([], m)),
      problemAt,
    };
  }
  return parseExecutors(basename(path), text);
}

/** Reads the text of a file of executors; see `readExecutors`. */
export function parseExecutors(name: string, text: string): ExecutorsFile {
  const yaml = parseYaml(name, text);
  const executors = new Map<string, ExecutorDefinition>();
  const problems = [...yaml.problems];
  const take = (issues: readonly z.core.$ZodIssue[], path: readonly string[]) => {
    for (const issue of issues) problems.push(...problemsOf(issue, path, yaml.problemAt));
  };
  if (problems.length > 0) return { ...yaml, executors };
  const file = fileSchema.safeParse(yaml.value);
  take(file.error?.issues ?? [], []);
  for (const [kind, value] of Object.entries(file.data?.executors ?? {})) {
    const executor = executorSchema.safeParse(value);
    if (executor.success) executors.set(kind, executor.data);
    else take(executor.error.issues, ["executors", kind]);
  }
  return { executors, problems, problemAt: yaml.problemAt };
}

/** One problem for each unknown field, since each stands in another line. */
function problemsOf(
  issue: z.core.$ZodIssue,
  above: readonly string[],
  problemAt: ExecutorsFile["problemAt"],
): readonly string[] {
  const path = [...above, ...issue.path];
  if (issue.code === "invalid_key") return issue.issues.map(({ message }) => problemAt(path, message));
  if (issue.code !== "unrecognized_keys") return [problemAt(path, issue.message)];
  return issue.keys.map((key) => problemAt([...path, key], "is not known here"));
}

function isNotEmpty(value: object): boolean {
  return Object.keys(value).length > 0;
}
