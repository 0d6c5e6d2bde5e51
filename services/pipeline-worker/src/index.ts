export { loadWorkerSettings } from "./config.js";
export type { WorkerSettings } from "./settings.js";
export { createPipelineWorker, type PipelineWorker, type PipelineWorkerDeps } from "./worker.js";
