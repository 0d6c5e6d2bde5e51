import { type ArtifactSettings, artifactSettings, checkArtifactSettings } from "@switchyard/catalog";
import {
  type AccessSettings,
  accessSettings,
  durationMs,
  flag,
  hostPort,
  hostSettings,
  integer,
  loadConfig,
  type ServiceTlsSettings,
  text,
} from "@switchyard/service-kit";
import { type HttpGatewayConfig, loadHttpGatewayConfig } from "@switchyard/http-gateway";
import { checkSegmentSettings, type SegmentSettings, segmentSettings } from "@switchyard/log-store";
import { loadWorkerSettings, type WorkerSettings } from "@switchyard/pipeline-worker";

/** Settings of the whole system in one process. */
export interface SystemConfig {
  /** An existing database; undefined starts the embedded server below `dataDir`. */
  readonly databaseUrl: string | undefined;
  readonly dataDir: string;
  /** Whether the embedded server's data outlives the process, and with it the artifacts below `dataDir`. */
  readonly persistent: boolean;
  /** Where artifacts are and how large they may be. Names no place: `artifacts` below `dataDir`. */
  readonly artifacts: ArtifactSettings;
  /** What is kept of logs, how long, and where. */
  readonly segments: SegmentSettings;
  /** `host:port` of every RPC service over gRPC. */
  readonly grpcListen: string;
  /** `host:port` of probes, metrics, Connect and JSON. */
  readonly opsListen: string;
  readonly reflection: boolean;
  /** Whether the start migrates the schemas; otherwise it refuses ones that are older than it needs. */
  readonly migrateAtStart: boolean;
  /** Files for TLS of the gRPC listener; none set is plain text. */
  readonly tls: ServiceTlsSettings;
  /** How long the listeners stay open at the end while the system is not ready, ms. */
  readonly propagationMs: number;
  /** Who may do what, and how much of it. */
  readonly access: AccessSettings;
  /** Length of the scheduler's lease of its shard, ms. */
  readonly shardLeaseMs: number;
  /** Runners for jobs of kind `shell.run` in the namespace `default`; undefined: as many as were ordered last, at first 3. */
  readonly managedRunners: number | undefined;
  /** What the pool of the task-executor dialect's namespace begins with; later what was ordered last holds. */
  readonly internalWorkers: { readonly size: number; readonly running: boolean };
  /** Whether those runners run commands that callers put into parameters. */
  readonly allowCommands: boolean;
  /** The worker behind the pipeline dialect; undefined: it runs elsewhere, or nowhere. */
  readonly pipelineWorker: WorkerSettings | undefined;
  readonly gateway: HttpGatewayConfig;
}

type Env = Readonly<Record<string, string | undefined>>;

const shape = {
  DATABASE_URL: text().optional(),
  SWITCHYARD_DATA_DIR: text().default(".data"),
  GRPC_LISTEN: hostPort().default("127.0.0.1:7400"),
  OPS_LISTEN: hostPort().default("127.0.0.1:7480"),
  GRPC_REFLECTION: flag().default(false),
  MIGRATE_AT_START: flag().default(true),
  ...hostSettings,
  ...accessSettings,
  // Its runners may share one token, as with the runner-gateway.
  CALLS_IN_FLIGHT: accessSettings.CALLS_IN_FLIGHT.unwrap().default(20_000),
  SCHEDULER_SHARD_LEASE_MS: durationMs().default(4_000),
  MANAGED_RUNNERS: integer({ max: 50 }).optional(),
  NUM_INTERNAL_WORKERS: integer({ max: 50 }).default(3),
  AUTO_START_WORKERS: flag().default(true),
  TASK_EXECUTOR_COMMANDS: text().default("deny"),
  PIPELINE_WORKER: flag().default(true),
  ...artifactSettings,
  ...segmentSettings,
};

/** Reads the environment. @throws ConfigError with all problems at once. */
export function loadSystemConfig(env: Env = process.env): SystemConfig {
  const values = loadConfig(shape, env, (config, problem) => {
    const commands = config.TASK_EXECUTOR_COMMANDS;
    if (commands !== "allow" && commands !== "deny") problem("TASK_EXECUTOR_COMMANDS", "expected allow or deny");
    checkArtifactSettings(config, problem);
    checkSegmentSettings(config, problem);
  });
  return {
    databaseUrl: values.DATABASE_URL,
    dataDir: values.SWITCHYARD_DATA_DIR,
    persistent: true,
    artifacts: values,
    segments: values,
    grpcListen: values.GRPC_LISTEN,
    opsListen: values.OPS_LISTEN,
    reflection: values.GRPC_REFLECTION,
    migrateAtStart: values.MIGRATE_AT_START,
    tls: values,
    propagationMs: values.STOP_PROPAGATION,
    access: values,
    shardLeaseMs: values.SCHEDULER_SHARD_LEASE_MS,
    managedRunners: values.MANAGED_RUNNERS,
    internalWorkers: { size: values.NUM_INTERNAL_WORKERS, running: values.AUTO_START_WORKERS },
    allowCommands: values.TASK_EXECUTOR_COMMANDS === "allow",
    pipelineWorker: values.PIPELINE_WORKER ? loadWorkerSettings(env) : undefined,
    // The wait is for the whole system, once.
    gateway: { ...loadHttpGatewayConfig(env), propagationMs: 0 },
  };
}
