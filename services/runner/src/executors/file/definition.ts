import { z } from "zod";
import { exitRules } from "../exit-rules.js";
import {
  argument,
  codes,
  count,
  duration,
  innerPath,
  path,
  scalarOr,
  signals,
  size,
  template,
  variableName,
} from "./file-fields.js";

const program = z
  .string("expected a program")
  .min(1, "expected a program")
  .refine((text) => !/\{(?:input|job|here)\b/.test(text), "no placeholder may say which program runs");

const environmentEntry = scalarOr(
  template,
  z.strictObject({
    /** `true` for the same name, or another one. */
    inherit: z.union([z.literal(true), variableName], "expected true or a name of a variable"),
    default: z.string().optional(),
  }),
);

const processSchema = z
  .strictObject({
    command: z.tuple([program], argument),
    optionsFromInput: z.boolean().default(false),
    env: z.record(variableName, environmentEntry).default({}),
    workDir: scalarOr(path, z.strictObject({ temporary: z.literal(true, "expected true") })).optional(),
    stdin: template.optional(),
    timeout: duration.optional(),
    stopGrace: duration.optional(),
    retryableExitCodes: z.array(z.int().min(0).max(255)).default([]),
    exitCodes: codes.default({}),
    signals: signals.default({}),
    limits: z
      .strictObject({
        cpu: count.optional(),
        memory: size.optional(),
        openFiles: count.optional(),
        processes: count.optional(),
        fileSize: size.optional(),
      })
      .optional(),
    secrets: z
      .strictObject({ env: z.array(variableName).default([]), files: z.array(path).default([]) })
      .default({ env: [], files: [] }),
    result: scalarOr(
      z.enum(["process", "last-line"], "expected process, last-line or {file: path}"),
      z.strictObject({ file: innerPath }),
    ).default("process"),
    artifacts: z
      .strictObject({
        directory: innerPath,
        maxFiles: count.max(10_000).default(100),
        maxBytes: size.default(100 * 1024 ** 2),
      })
      .optional(),
  })
  .superRefine(({ workDir, result, artifacts, exitCodes, retryableExitCodes }, context) => {
    const isTemporary = typeof workDir === "object";
    const needs = "needs workDir: {temporary: true}, or files of other attempts would be taken for this one's";
    const problem = (message: string, ...at: string[]) => context.addIssue({ code: "custom", message, path: at });
    if (typeof result === "object" && !isTemporary) problem(needs, "result");
    if (artifacts !== undefined && !isTemporary) problem(needs, "artifacts");
    const others = [...(exitCodes.success ?? [0]), ...(exitCodes.fatal ?? [])];
    const twice = retryableExitCodes.find((code) => others.includes(code));
    if (twice !== undefined) problem(`${twice} is another one of exitCodes`, "retryableExitCodes");
  });

const moduleSchema = z.strictObject({ module: path, export: z.string().min(1).default("default") });

/** A program that jobs of a kind run. */
export type ProcessDefinition = ReturnType<typeof toProcess>;

/** A handler that jobs of a kind are given to. */
export type ModuleDefinition = { readonly type: "module" } & z.output<typeof moduleSchema>;

/** How jobs of a kind are done. */
export type ExecutorDefinition = ProcessDefinition | ModuleDefinition;

/** One executor of the file: what has a `module` is one, everything else is a program. */
export const executorSchema = z.unknown().transform((value, context): ExecutorDefinition => {
  const isModule = typeof value === "object" && value !== null && "module" in value;
  const result = isModule
    ? moduleSchema.transform((module) => ({ type: "module" as const, ...module })).safeParse(value)
    : processSchema.transform(toProcess).safeParse(value);
  if (result.success) return result.data;
  for (const issue of result.error.issues) context.addIssue({ ...issue, path: [...issue.path] } as never);
  return z.NEVER;
});

function toProcess(given: z.output<typeof processSchema>) {
  const { command, exitCodes, retryableExitCodes, signals: bySignal, workDir, stdin, ...rest } = given;
  const [file, ...args] = command;
  return {
    ...rest,
    type: "process" as const,
    program: file,
    args,
    /** The one word `input` is the input's bytes. */
    stdin: stdin?.length === 1 && stdin[0] === "input" ? ("input" as const) : stdin,
    isTemporary: typeof workDir === "object",
    /** From the file's directory; undefined is the runner's. */
    workDir: typeof workDir === "string" ? workDir : undefined,
    rules: exitRules({ ...exitCodes, retryable: [...retryableExitCodes, ...(exitCodes.retryable ?? [])] }, bySignal),
  };
}
