import type { Transport } from "@connectrpc/connect";
import { createRunner, type Runner, withCallDefaults } from "@switchyard/client";
import type { Logger } from "@switchyard/service-kit";
import type { RunnerConfig } from "./config.js";
import { createGuardian } from "./guardian/guardian.js";
import { type ExecutorProfile, parameterCommandProfile, processProfile } from "./profiles.js";

/** What a runner service is given. */
export interface RunnerServiceDeps {
  /** To the runner gateway. */
  readonly transport: Transport;
  readonly logger: Logger;
}

/** A runner with its executors and its guardian. */
export interface RunnerService {
  readonly runner: Runner;
  /** Settles when the runner is registered. */
  start(): Promise<void>;
  /** Drains, and settles when every process is gone. */
  stop(): Promise<void>;
}

/** Puts the executors of the configured profile behind a runner. */
export function createRunnerService(config: RunnerConfig, { transport, logger }: RunnerServiceDeps): RunnerService {
  const guardian = createGuardian();
  const profile = profileOf(config, {
    guardian,
    ...(config.workDir === undefined ? {} : { workDir: config.workDir }),
  });
  const runner = createRunner({
    transport: withCallDefaults(transport, config.token === undefined ? {} : { token: config.token }),
    namespace: config.namespace,
    name: config.name,
    slots: config.slots,
    labels: config.labels,
    queues: config.queues,
    kinds: profile.kinds,
    execute: profile.execute,
    onWarning: (message, facts) => logger.warn(facts, message),
    ...(config.runnerId === undefined ? {} : { runnerId: config.runnerId }),
  });
  return {
    runner,
    async start() {
      await runner.start();
      logger.info(
        { id: runner.id, namespace: config.namespace, kinds: profile.kinds, slots: config.slots },
        "registered",
      );
    },
    async stop() {
      await runner.stop(config.drainMs);
      guardian.stop();
    },
  };
}

function profileOf(config: RunnerConfig, deps: Parameters<typeof processProfile>[0]): ExecutorProfile {
  return config.profile === "process"
    ? processProfile(deps, config.kinds)
    : parameterCommandProfile({ ...deps, allowCommands: config.allowCommands }, config.kinds);
}
