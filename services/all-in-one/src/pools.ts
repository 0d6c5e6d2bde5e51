import type { Transport } from "@connectrpc/connect";
import { createSwitchyardClient } from "@switchyard/client";
import { createPipelineWorker } from "@switchyard/pipeline-worker";
import { createGuardian, createPoolKeeper, parameterCommandProfile, processProfile } from "@switchyard/runner";
import { watchRunners } from "@switchyard/service-kit";
import type { Logger } from "pino";
import type { Registry } from "prom-client";
import type { SystemConfig } from "./config.js";

/** The runners that live in this process. */
export interface Pools {
  /** Settles when the pools are as ordered. */
  start(): Promise<void>;
  /** Gives running jobs back, ends every process. */
  stop(): Promise<void>;
}

/**
 * Makes the managed pools, one for `shell.run` jobs of the namespace `default`, one for the task-executor dialect's namespace, and
 * the worker behind the pipeline dialect.
 */
export function createPools(config: SystemConfig, transport: Transport, logger: Logger, registry: Registry): Pools {
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
  const client = createSwitchyardClient({ transport });
  const worker =
    config.pipelineWorker &&
    createPipelineWorker({
      ...{ client, settings: config.pipelineWorker, logger: logger.child({ service: "pipeline-worker" }) },
      ...{ name: "pipeline-worker", runnerId: "pipeline-worker" },
    });
  watchRunners(registry, () => [
    ...keepers.flatMap(({ pool }) => pool.counts),
    ...(worker === undefined ? [] : [worker.counts]),
  ]);
  return {
    async start() {
      await Promise.all([...keepers, ...(worker === undefined ? [] : [worker])].map((part) => part.start()));
    },
    async stop() {
      await Promise.all([...keepers.map((keeper) => keeper.stop()), worker?.stop(0)]);
      client.close();
      guardian.stop();
    },
  };
}

/** The form that the dialect's clients expect of an internal worker's id. */
function workerName(number: number): string {
  return `worker-${String(number).padStart(3, "0")}-kind`;
}
