import { dirname, resolve } from "node:path";
import { handlerFor, type JobContext, JobFailure, type JobHandler } from "@switchyard/client";
import { ConfigError } from "@switchyard/service-kit";
import { checkProcess, type DefinitionProblem } from "./check-process.js";
import type { ExecutorDefinition } from "./definition.js";
import { loadHandler } from "./module-executor.js";
import { readExecutors } from "./read-executors.js";
import { createTemplateExecutor, type TemplateExecutorDeps } from "./template-executor.js";

/** Where the executors are, and what they run in. */
export interface FileExecutorOptions extends Omit<TemplateExecutorDeps, "here"> {
  /** The file, YAML or JSON. */
  readonly path: string;
}

/** The executors of a file. */
export interface FileExecutor {
  /** Kinds and globs, in the file's order. */
  readonly kinds: readonly string[];
  readonly execute: JobHandler;
  /**
   * Loads modules and looks whether what the executors need is there.
   *
   * @throws ConfigError with everything that is wrong with the file, at once
   */
  start(): Promise<void>;
}

/**
 * Reads a file of executors. What is wrong with it is told by `start`, together with what only shows then.
 *
 * @throws ConfigError when not one executor can be read
 */
export function createFileExecutor(options: FileExecutorOptions): FileExecutor {
  const path = resolve(options.path);
  const file = readExecutors(path);
  if (file.executors.size === 0) throw new ConfigError(file.problems);
  const deps: TemplateExecutorDeps = { ...options, here: dirname(path) };
  const handlers: Record<string, JobHandler> = {};
  return {
    kinds: [...file.executors.keys()],
    async start() {
      const problems = [...file.problems];
      for (const [kind, definition] of file.executors) {
        const [handler, found] = await prepare(definition, deps);
        if (handler !== undefined) handlers[kind] = handler;
        for (const { path: member, message } of found)
          problems.push(file.problemAt(["executors", kind, ...member], message));
      }
      if (problems.length > 0) throw new ConfigError(problems);
    },
    execute(context: JobContext) {
      const { kind } = context.lease;
      const handler = handlerFor(handlers, kind);
      if (handler === undefined) throw new JobFailure(`this runner has no executor for the kind ${kind}`);
      return handler(context);
    },
  };
}

async function prepare(
  definition: ExecutorDefinition,
  deps: TemplateExecutorDeps,
): Promise<readonly [JobHandler | undefined, readonly DefinitionProblem[]]> {
  if (definition.type === "process") {
    const problems = await checkProcess(definition, deps.here, deps.environment ?? process.env);
    return [createTemplateExecutor(definition, deps), problems];
  }
  try {
    return [await loadHandler(definition, deps.here), []];
  } catch (error) {
    return [undefined, [{ path: ["module"], message: (error as Error).message }]];
  }
}
