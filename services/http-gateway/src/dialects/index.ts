import type { Dialect, DialectDeps } from "../dialect.js";
import type { JanitorConfig } from "./janitor/config.js";
import { createJanitorDialect } from "./janitor/plugin.js";
import type { PipelineConfig } from "./pipeline/config.js";
import { createPipelineDialect } from "./pipeline/plugin.js";
import type { RunpackConfig } from "./runpack/config.js";
import { createRunpackDialect } from "./runpack/plugin.js";
import type { SiloConfig } from "./silo/config.js";
import { createSiloDialect } from "./silo/plugin.js";
import type { TaskExecutorConfig } from "./task-executor/config.js";
import { createTaskExecutorDialect } from "./task-executor/plugin.js";

/** The settings of every dialect. */
export interface DialectConfigs {
  readonly taskExecutor: TaskExecutorConfig;
  readonly runpack: RunpackConfig;
  readonly silo: SiloConfig;
  readonly janitor: JanitorConfig;
  readonly pipeline: PipelineConfig;
}

/** Makes every dialect that this gateway speaks. */
export function createDialects(deps: DialectDeps, configs: DialectConfigs): Dialect[] {
  return [
    createTaskExecutorDialect(deps, configs.taskExecutor),
    createRunpackDialect(deps, configs.runpack),
    createSiloDialect(deps, configs.silo),
    createJanitorDialect(deps, configs.janitor),
    createPipelineDialect(deps, configs.pipeline),
  ];
}
