import { type ArtifactSettings, artifactSettings, checkArtifactSettings } from "@switchyard/catalog";
import {
  durationMs,
  flag,
  hostPort,
  integer,
  json,
  loadConfig,
  staticTokensSchema,
  text,
} from "@switchyard/service-kit";
import { type HttpGatewayConfig, loadHttpGatewayConfig } from "@switchyard/http-gateway";
import type { z } from "zod";

/** Settings of the whole system in one process. */
export interface SystemConfig {
  /** An existing database; undefined starts the embedded server below `dataDir`. */
  readonly databaseUrl: string | undefined;
  readonly dataDir: string;
  /** Whether the embedded server's data outlives the process, and with it the artifacts below `dataDir`. */
  readonly persistent: boolean;
  /** Where artifacts are and how large they may be. Names no place: `artifacts` below `dataDir`. */
  readonly artifacts: ArtifactSettings;
  /** `host:port` of every RPC service over gRPC. */
  readonly grpcListen: string;
  /** `host:port` of probes, metrics, Connect and JSON. */
  readonly opsListen: string;
  readonly reflection: boolean;
  readonly tokens: z.output<typeof staticTokensSchema>;
  /** Length of the scheduler's lease of its shard, ms. */
  readonly shardLeaseMs: number;
  /** Runners for jobs of kind `shell.run` in the namespace `default`. */
  readonly managedRunners: number;
  /** Runners of the task-executor dialect's namespace; 0 when they are not started by themselves. */
  readonly internalWorkers: number;
  /** Whether those runners run commands that callers put into parameters. */
  readonly allowCommands: boolean;
  readonly gateway: HttpGatewayConfig;
}

type Env = Readonly<Record<string, string | undefined>>;

const shape = {
  DATABASE_URL: text().optional(),
  SWITCHYARD_DATA_DIR: text().default(".data"),
  GRPC_LISTEN: hostPort().default("127.0.0.1:7400"),
  OPS_LISTEN: hostPort().default("127.0.0.1:7480"),
  GRPC_REFLECTION: flag().default(false),
  SWITCHYARD_TOKENS: json(staticTokensSchema).default([]),
  SCHEDULER_SHARD_LEASE_MS: durationMs().default(4_000),
  MANAGED_RUNNERS: integer({ max: 50 }).default(3),
  NUM_INTERNAL_WORKERS: integer({ max: 50 }).default(3),
  AUTO_START_WORKERS: flag().default(true),
  TASK_EXECUTOR_COMMANDS: text().default("deny"),
  ...artifactSettings,
};

/** Reads the environment. @throws ConfigError with all problems at once. */
export function loadSystemConfig(env: Env = process.env): SystemConfig {
  const values = loadConfig(shape, env, (config, problem) => {
    const commands = config.TASK_EXECUTOR_COMMANDS;
    if (commands !== "allow" && commands !== "deny") problem("TASK_EXECUTOR_COMMANDS", "expected allow or deny");
    checkArtifactSettings(config, problem);
  });
  return {
    databaseUrl: values.DATABASE_URL,
    dataDir: values.SWITCHYARD_DATA_DIR,
    persistent: true,
    artifacts: values,
    grpcListen: values.GRPC_LISTEN,
    opsListen: values.OPS_LISTEN,
    reflection: values.GRPC_REFLECTION,
    tokens: values.SWITCHYARD_TOKENS,
    shardLeaseMs: values.SCHEDULER_SHARD_LEASE_MS,
    managedRunners: values.MANAGED_RUNNERS,
    internalWorkers: values.AUTO_START_WORKERS ? values.NUM_INTERNAL_WORKERS : 0,
    allowCommands: values.TASK_EXECUTOR_COMMANDS === "allow",
    gateway: loadHttpGatewayConfig(env),
  };
}
