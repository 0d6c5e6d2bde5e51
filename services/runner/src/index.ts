export { loadRunnerConfig, type RunnerConfig } from "./config.js";
export { createFileExecutor, type FileExecutor, type FileExecutorOptions } from "./executors/file/file-executor.js";
export {
  createKubernetesExecutor,
  type KubernetesExecutor,
  type KubernetesExecutorOptions,
} from "./executors/kubernetes/kubernetes-executor.js";
export type { KubernetesSettings } from "./executors/kubernetes/settings.js";
export type { KubernetesResult } from "./executors/kubernetes/verdict.js";
export { createParameterCommandExecutor, type ParameterCommandOptions } from "./executors/parameter-command.js";
export type { ProcessExecutorDeps, ProcessResult } from "./executors/attempt-process.js";
export { createProcessExecutor } from "./executors/process.js";
export { simulate, type SimulationOptions, type SimulationResult } from "./executors/simulation.js";
export { createGuardian, type Guardian } from "./guardian/guardian.js";
export { createPoolKeeper, type PoolKeeper, type PoolKeeperOptions } from "./pool-keeper.js";
export { createRunnerPool, type RunnerPool, type RunnerPoolOptions } from "./pool.js";
export {
  type ExecutorProfile,
  fileProfile,
  kubernetesProfile,
  parameterCommandProfile,
  processProfile,
} from "./profiles.js";
export { createRunnerService, type RunnerService, type RunnerServiceDeps } from "./runner-service.js";
