import type { Transport } from "@connectrpc/connect";
import { createGuardian, createPoolKeeper, parameterCommandProfile, processProfile } from "@switchyard/runner";
import type { Logger } from "pino";
import type { SystemConfig } from "./config.js";

/** The runners that live in this process. */
export interface Pools {
  /** Settles when the pools are as ordered. */
  start(): Promise<void>;
  /** Gives running jobs back, ends every process. */
  stop(): Promise<void>;
}

/** Makes the managed pools: one for `shell.run` jobs of the namespace `default`, one for the task-executor dialect's namespace. */
export function createPools(config: SystemConfig, transport: Transport, logger: Logger): Pools {
  const guardian = createGuardian();
  const onWarning = (message: string, facts: object) => logger.warn(facts, message);
  const keepers = [
    createPoolKeeper({
      ...{ transport, onWarning, namespace: "default" },
      first: { size: config.managedRunners ?? 3, running: true, always: config.managedRunners !== undefined },
      profile: processProfile({ guardian }),
      name: (number) => `managed-${number}`,
      runnerId: (number) => `managed-${number}`,
    }),
    createPoolKeeper({
      ...{ transport, onWarning, namespace: config.gateway.dialects.taskExecutor.namespace },
      first: config.internalWorkers,
      profile: parameterCommandProfile({ guardian, allowCommands: config.allowCommands }),
      name: workerName,
      runnerId: workerName,
      labels: { backend_type: "internal" },
    }),
  ];
  return {
    async start() {
      await Promise.all(keepers.map((keeper) => keeper.start()));
    },
    async stop() {
      await Promise.all(keepers.map((keeper) => keeper.stop()));
      guardian.stop();
    },
  };
}

/** The form that the dialect's clients expect of an internal worker's id. */
function workerName(number: number): string {
  return `worker-${String(number).padStart(3, "0")}-kind`;
}
