import { type JobContext, JobFailure } from "@switchyard/client";
import { z } from "zod";

const word = z.string().refine((text) => !text.includes("\0"), "must not contain NUL");
const variableName = word.refine((name) => name !== "" && !name.includes("="), "is no name of a variable");

/** The input of a process job. */
export const processInput = z.object({
  /** The program, or program and arguments. With `shell`: the command line. */
  command: z.union([word.min(1), z.array(word).min(1)]),
  /** More arguments. */
  args: z.array(word).default([]),
  /** Let `/bin/sh -c` read a command that is one text; `args` are its `$1`, `$2`, ... Default no. */
  shell: z.boolean().default(false),
  env: z.record(variableName, word).default({}),
  /** Relative paths start at the runner's working directory, which is the default. */
  cwd: word.min(1).optional(),
  /** Seconds. Default: none but the job's execution limit. */
  timeout: z
    .number()
    .positive()
    .max(30 * 24 * 3600)
    .optional(),
  stdin: z.string().optional(),
  /** Exit codes after which the job may be tried again. */
  retryableExitCodes: z.array(z.number().int().min(0).max(255)).default([]),
});

/** A process job's input, with its defaults. */
export type ProcessInput = z.output<typeof processInput>;

/**
 * Reads a job's input by a schema.
 *
 * @throws JobFailure that names the field and what is wrong with it
 */
export function readInput<S extends z.ZodType>(schema: S, context: JobContext): z.output<S> {
  let value: unknown;
  try {
    value = JSON.parse(context.input.text());
  } catch (cause) {
    throw new JobFailure("the input is not JSON", { cause });
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => `${issue.path.join(".") || "input"}: ${issue.message}`);
  throw new JobFailure(`the input does not fit: ${problems.join("; ")}`, { cause: result.error });
}

/** Program and arguments of an input. */
export function commandLine({ command, args, shell }: ProcessInput): {
  readonly file: string;
  readonly args: string[];
} {
  if (shell) {
    const line = typeof command === "string" ? command : command.join(" ");
    return { file: "/bin/sh", args: ["-c", line, "sh", ...args] };
  }
  const [file, ...rest] = typeof command === "string" ? [command] : command;
  return { file: file as string, args: [...rest, ...args] };
}
