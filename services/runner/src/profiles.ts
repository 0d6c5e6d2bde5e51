import type { JobHandler } from "@switchyard/client";
import { createFileExecutor, type FileExecutorOptions } from "./executors/file/file-executor.js";
import {
  createKubernetesExecutor,
  type KubernetesExecutorOptions,
} from "./executors/kubernetes/kubernetes-executor.js";
import { createParameterCommandExecutor, type ParameterCommandOptions } from "./executors/parameter-command.js";
import type { ProcessExecutorDeps } from "./executors/attempt-process.js";
import { createProcessExecutor } from "./executors/process.js";

/** What a runner takes and how it does it. */
export interface ExecutorProfile {
  /** Sorts of work; `*` and `?` are wildcards. */
  readonly kinds: readonly string[];
  readonly execute: JobHandler;
  /** Prepares what jobs need; a runner registers afterwards. */
  start?(): Promise<void>;
  /** To be called when no job is left. */
  stop?(): Promise<void>;
}

/** Process jobs: the input says what to run. Default kinds: `shell.run`. */
export function processProfile(deps: ProcessExecutorDeps, kinds: readonly string[] = ["shell.run"]): ExecutorProfile {
  return { kinds, execute: createProcessExecutor(deps) };
}

/**
 * Jobs whose kind is a word of the caller's and whose `parameters` say what to run, if anything. Default kinds: all.
 */
export function parameterCommandProfile(
  options: ParameterCommandOptions,
  kinds: readonly string[] = ["*"],
): ExecutorProfile {
  return { kinds, execute: createParameterCommandExecutor(options) };
}

/** Jobs that run as Kubernetes Jobs: the input says what container. Default kinds: `kubernetes.run`. */
export function kubernetesProfile(
  options: KubernetesExecutorOptions,
  kinds: readonly string[] = ["kubernetes.run"],
): ExecutorProfile {
  return { kinds, ...createKubernetesExecutor(options) };
}

/** Jobs of the kinds that a file of executors names. Default kinds: all of the file. */
export function fileProfile(options: FileExecutorOptions, kinds?: readonly string[]): ExecutorProfile {
  const executor = createFileExecutor(options);
  return { ...executor, kinds: kinds ?? executor.kinds };
}
