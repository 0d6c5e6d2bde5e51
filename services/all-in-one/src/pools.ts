import type { Transport } from "@connectrpc/connect";
import {
  createGuardian,
  createRunnerPool,
  parameterCommandProfile,
  processProfile,
  type RunnerPool,
} from "@switchyard/runner";
import type { SystemConfig } from "./config.js";

/** The runners that live in this process. */
export interface Pools {
  start(): Promise<void>;
  /** Gives running jobs back, ends every process. */
  stop(): Promise<void>;
}

/** Makes the managed pools: one for `shell.run` jobs of the namespace `default`, one for the task-executor dialect's namespace. */
export function createPools(config: SystemConfig, transport: Transport): Pools {
  const guardian = createGuardian();
  const pools: RunnerPool[] = [
    createRunnerPool({
      ...{ transport, namespace: "default", size: config.managedRunners },
      profile: processProfile({ guardian }),
      name: (number) => `managed-${number}`,
      runnerId: (number) => `managed-${number}`,
    }),
    createRunnerPool({
      ...{ transport, namespace: config.gateway.dialects.taskExecutor.namespace, size: config.internalWorkers },
      profile: parameterCommandProfile({ guardian, allowCommands: config.allowCommands }),
      name: workerName,
      runnerId: workerName,
      labels: { backend_type: "internal" },
    }),
  ];
  return {
    async start() {
      await Promise.all(pools.map((pool) => pool.start()));
    },
    async stop() {
      await Promise.all(pools.map((pool) => pool.stop()));
      guardian.stop();
    },
  };
}

/** The form that the dialect's clients expect of an internal worker's id. */
function workerName(number: number): string {
  return `worker-${String(number).padStart(3, "0")}-kind`;
}
