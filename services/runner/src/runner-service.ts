import type { Transport } from "@connectrpc/connect";
import { createRunner, type RunnerConnection, type RunnerLocation, withCallDefaults } from "@switchyard/client";
import type { Logger, RunnerCounts } from "@switchyard/service-kit";
import type { PoolConfig, RunnerConfig } from "./config.js";
import { connectKubernetes } from "./executors/kubernetes/api/kubernetes-api.js";
import { createGuardian, type Guardian } from "./guardian/guardian.js";
import { createPoolKeeper } from "./pool-keeper.js";
import { createPodDeletionCost } from "./pod-deletion-cost.js";
import { countsOf } from "./pool.js";
import {
  type ExecutorProfile,
  fileProfile,
  kubernetesProfile,
  parameterCommandProfile,
  processProfile,
} from "./profiles.js";

/** What a runner service is given. */
export interface RunnerServiceDeps {
  /** To the runner gateway. */
  readonly transport: Transport;
  /** Where that is: then a thread keeps the leases of handlers that block the event loop. Default: nobody does. */
  readonly location?: Pick<RunnerLocation, "address" | "tls">;
  readonly logger: Logger;
}

/** A runner, or a pool of them, with executors and a guardian. */
export interface RunnerService {
  /** Settles when there is nothing more to do: an operator drained the runner. Rejects when the gateway refuses it for good. */
  readonly ended: Promise<void>;
  /** What its runners do now, for metrics. */
  counts(): readonly RunnerCounts[];
  /** Settles when all runners are registered. */
  start(): Promise<void>;
  /** Drains, and settles when every process is gone. */
  stop(): Promise<void>;
}

/** Puts the executors of the configured profile behind a runner, or behind the managed pool of the namespace. */
export function createRunnerService(config: RunnerConfig, deps: RunnerServiceDeps): RunnerService {
  return config.pool === undefined ? createSingle(config, deps) : createPool(config, config.pool, deps);
}

function createSingle(config: RunnerConfig, deps: RunnerServiceDeps): RunnerService {
  const { logger } = deps;
  const guardian = createGuardian();
  const profile = profileOf(config, guardian, deps);
  const runner = createRunner({
    ...commonOf(config, deps),
    ...connectionOf(config, deps),
    name: config.name,
    kinds: profile.kinds,
    execute: profile.execute,
    ...(config.runnerId === undefined ? {} : { runnerId: config.runnerId }),
  });
  return {
    ended: runner.ended,
    counts: () => [countsOf(runner, config.slots)],
    async start() {
      await profile.start?.();
      await runner.start();
      logger.info(
        { id: runner.id, namespace: config.namespace, kinds: profile.kinds, slots: config.slots },
        "registered",
      );
    },
    async stop() {
      await runner.stop(config.drainMs);
      await profile.stop?.();
      guardian.stop();
    },
  };
}

/** Runners of a pool that end by themselves are replaced, so it never ends by itself. */
function createPool(config: RunnerConfig, { size, nameOf }: PoolConfig, deps: RunnerServiceDeps): RunnerService {
  const { logger } = deps;
  const guardian = createGuardian();
  const profile = profileOf(config, guardian, deps);
  const keeper = createPoolKeeper({
    ...commonOf(config, deps),
    ...transportOf(config, deps),
    first: { size, running: true },
    profile,
    name: nameOf,
    runnerId: nameOf,
  });
  return {
    ended: new Promise(() => undefined),
    counts: () => keeper.pool.counts,
    async start() {
      await profile.start?.();
      await keeper.start();
      const { namespace, slots } = config;
      logger.info({ namespace, kinds: profile.kinds, slots, size: keeper.pool.size }, "keeping the pool");
    },
    async stop() {
      await keeper.stop();
      await profile.stop?.();
      guardian.stop();
    },
  };
}

function commonOf(config: RunnerConfig, { logger }: RunnerServiceDeps) {
  const { namespace, slots, labels, queues } = config;
  return {
    ...{ namespace, slots, labels, queues },
    onWarning: (message: string, facts: object) => logger.warn(facts, message),
  };
}

/** A runner that is alone in its process knows where its gateway is, so that a thread can call it too. */
function connectionOf(config: RunnerConfig, deps: RunnerServiceDeps): RunnerConnection {
  return deps.location === undefined ? transportOf(config, deps) : { ...deps.location, ...tokenOf(config) };
}

function transportOf(config: RunnerConfig, { transport }: RunnerServiceDeps): { readonly transport: Transport } {
  return { transport: withCallDefaults(transport, tokenOf(config)) };
}

function tokenOf({ token }: RunnerConfig): { readonly token?: string } {
  return token === undefined ? {} : { token };
}

/** The configured profile; on Kubernetes with a word about how busy this pod is. */
function profileOf(config: RunnerConfig, guardian: Guardian, { logger }: RunnerServiceDeps): ExecutorProfile {
  const warn = (message: string, facts: object) => logger.warn(facts, message);
  const profile = executorOf(config, guardian, warn);
  if (config.pod === undefined) return profile;
  const cost = createPodDeletionCost(() => connectKubernetes(config.kubeconfigPath), config.pod, warn);
  return {
    ...profile,
    execute: cost.count(profile.execute),
    async stop() {
      await cost.stop();
      await profile.stop?.();
    },
  };
}

function executorOf(
  { profile, executorsPath, kinds, workDir, allowCommands, kubernetes, pod, runnerId }: RunnerConfig,
  guardian: Guardian,
  onTrouble: (message: string, facts: object) => void,
): ExecutorProfile {
  if (kubernetes !== undefined) {
    const runner = pod?.name ?? runnerId;
    const podName = pod?.namespace === kubernetes.namespace ? pod.name : undefined;
    return kubernetesProfile(
      {
        settings: kubernetes,
        onTrouble,
        ...(runner === undefined ? {} : { runner }),
        ...(podName === undefined ? {} : { podName }),
      },
      kinds,
    );
  }
  const deps = { guardian, ...(workDir === undefined ? {} : { workDir }) };
  if (executorsPath !== undefined) return fileProfile({ ...deps, path: executorsPath, onTrouble }, kinds);
  return profile === "process"
    ? processProfile(deps, kinds)
    : parameterCommandProfile({ ...deps, allowCommands }, kinds);
}
