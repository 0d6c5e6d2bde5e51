import { resolve } from "node:path";
import { type JobContext, JobFailure, type JobHandler, JobSuccess } from "@switchyard/client";
import { createMask, type Mask } from "@switchyard/masking";
import { SpawnError } from "../../process/spawn-process.js";
import { type ProcessExecutorDeps, runAttemptProcess } from "../attempt-process.js";
import { settleProcess, usageFacts } from "../settle-process.js";
import type { ProcessDefinition } from "./definition.js";
import { fillDefinition, type FilledTemplate, processOf } from "./process-template.js";
import { templateValues } from "./fill-template.js";
import { readResult } from "./read-result.js";
import { readSecrets } from "./read-secrets.js";
import { uploadArtifacts } from "./upload-artifacts.js";
import { createWorkDirectory, type WorkDirectory } from "./work-directory.js";

/** What programs of a file of executors run in. */
export interface TemplateExecutorDeps extends ProcessExecutorDeps {
  /** The file's directory. */
  readonly here: string;
  /** Hears of what did not hinder the job, such as a directory that could not be removed. */
  readonly onTrouble: (message: string, facts: object) => void;
}

/** Makes the executor of one process template. */
export function createTemplateExecutor(definition: ProcessDefinition, deps: TemplateExecutorDeps): JobHandler {
  const environment = deps.environment ?? process.env;
  return async (context) => {
    const filled = fillDefinition(definition, templateValues(context, deps.here), context.input, environment);
    const mask = createMask(await secretsOf(definition, deps));
    const directory = await openDirectory(definition, deps);
    try {
      return await runIn(directory.path, { definition, deps, context, filled, mask });
    } finally {
      await directory.remove().catch((error: unknown) => {
        deps.onTrouble("a work directory could not be removed", { path: directory.path, err: error });
      });
    }
  };
}

/** One attempt. */
interface TemplateRun {
  readonly definition: ProcessDefinition;
  readonly deps: TemplateExecutorDeps;
  readonly context: JobContext;
  readonly filled: FilledTemplate;
  readonly mask: Mask;
}

async function runIn(cwd: string, run: TemplateRun): Promise<JobSuccess> {
  const { definition, deps, context, filled, mask } = run;
  const environment = deps.environment ?? process.env;
  const spec = await processOf(definition, filled, { cwd, here: deps.here, mask, environment }).catch(cantStart);
  const end = await runAttemptProcess(deps, context, spec);
  const uploaded = context.signal.aborted ? undefined : await upload(cwd, run);
  const { rules, timeout: timeoutMs } = definition;
  const result = settleProcess(end, { context, rules, timeoutMs });
  const facts = usageFacts(result);
  if (uploaded instanceof Error) throw failure(uploaded, { result, ...facts });
  try {
    return new JobSuccess(await readResult(definition.result, result, cwd, mask), facts);
  } catch (error) {
    throw failure(error as Error, { result, ...facts });
  }
}

/** Also after a failure, since files often tell why. Then what goes wrong here is logged only: the failure of the process is the job's. */
async function upload(cwd: string, { definition, context }: TemplateRun): Promise<Error | undefined> {
  if (definition.artifacts === undefined) return undefined;
  try {
    await uploadArtifacts(context, cwd, definition.artifacts);
    return undefined;
  } catch (error) {
    context.log("runner").error((error as Error).message);
    return error as Error;
  }
}

function failure(cause: Error, facts: object): JobFailure {
  return new JobFailure(cause.message, { ...facts, cause });
}

function cantStart(cause: unknown): never {
  if (cause instanceof SpawnError) throw new JobFailure(cause.message, { cause });
  throw cause;
}

/** A secret that can't be read may be there the next time; without it the output could not be shown. */
async function secretsOf({ secrets }: ProcessDefinition, deps: TemplateExecutorDeps): Promise<readonly string[]> {
  const sources = { env: secrets.env, files: secrets.files.map((path) => resolve(deps.here, path)) };
  return readSecrets(sources, deps.environment ?? process.env).catch((cause: Error) => {
    throw new JobFailure(cause.message, { retryable: true, cause });
  });
}

/** A fresh directory is noted with the guardian, so that it goes with a runner that is killed. */
async function openDirectory(definition: ProcessDefinition, deps: TemplateExecutorDeps): Promise<WorkDirectory> {
  if (!definition.isTemporary) {
    const { workDir } = definition;
    const path = workDir === undefined ? resolve(deps.workDir ?? process.cwd()) : resolve(deps.here, workDir);
    return { path, remove: async () => undefined };
  }
  const directory = await createWorkDirectory(deps.workDir).catch((cause: Error) => {
    throw new JobFailure(`no work directory: ${cause.message}`, { retryable: true, cause });
  });
  deps.guardian.addDirectory(directory.path);
  return {
    path: directory.path,
    async remove() {
      await directory.remove().finally(() => deps.guardian.dropDirectory(directory.path));
    },
  };
}
