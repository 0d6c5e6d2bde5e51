import {
  accessSettings,
  durationMs,
  flag,
  hostPort,
  hostSettings,
  integer,
  loadConfig,
  sizeBytes,
  text,
  tokenCheckSettings,
} from "@switchyard/service-kit";

/** Settings of the scheduler's core. */
export interface SchedulerConfig {
  /** `postgres://...` of the database with the schema `scheduler`. */
  readonly databaseUrl: string;
  /** Connections for reads. The four lanes have connections of their own. */
  readonly poolSize: number;
  /** Names the replica; empty makes a new name at each start. A replica with the same name takes its own shard back at once. */
  readonly replicaId: string;
  /** Length of the shard's lease, ms; renewed at a third. */
  readonly shardLeaseMs: number;
  /** Pause between two rounds of the self-audit, ms; 0 switches it off. */
  readonly auditIntervalMs: number;
  /** Bytes of recent inputs that are kept in memory. */
  readonly inputCacheBytes: number;
  /** Largest input of a job, bytes. */
  readonly maxInputBytes: number;
  /** Largest result of an attempt, bytes. */
  readonly maxResultBytes: number;
  /** Least time that jobs of the standard class are kept after their end, days, rounded up to 7, 30, 90 or 400; 0 is for ever. */
  readonly retentionDays: number;
  /** How long events are kept at least, ms. */
  readonly eventRetentionMs: number;
  /** How often partitions are made ahead and dropped, ms. */
  readonly historyIntervalMs: number;
}

/** What holds when nothing is set. */
export const schedulerDefaults: Omit<SchedulerConfig, "databaseUrl"> = {
  poolSize: 8,
  replicaId: "",
  shardLeaseMs: 4_000,
  auditIntervalMs: 60_000,
  inputCacheBytes: 64 * 1_024 * 1_024,
  maxInputBytes: 1_024 * 1_024,
  maxResultBytes: 1_024 * 1_024,
  retentionDays: 30,
  eventRetentionMs: 7 * 86_400_000,
  historyIntervalMs: 60_000,
};

/** Reads the environment of the stand-alone scheduler. @throws ConfigError with all problems at once. */
export function loadSchedulerConfig(env: Readonly<Record<string, string | undefined>> = process.env) {
  const defaults = schedulerDefaults;
  const values = loadConfig(
    {
      DATABASE_URL: text(),
      GRPC_LISTEN: hostPort().default("127.0.0.1:7401"),
      OPS_LISTEN: hostPort().default("127.0.0.1:7481"),
      ...accessSettings,
      ...tokenCheckSettings,
      GRPC_REFLECTION: flag().default(false),
      MIGRATE_AT_START: flag().default(true),
      ...hostSettings,
      SCHEDULER_POOL_SIZE: integer({ min: 1, max: 200 }).default(defaults.poolSize),
      SCHEDULER_REPLICA_ID: text().default(defaults.replicaId),
      SCHEDULER_SHARD_LEASE_MS: durationMs().default(defaults.shardLeaseMs),
      SCHEDULER_AUDIT_INTERVAL_MS: durationMs().default(defaults.auditIntervalMs),
      SCHEDULER_INPUT_CACHE_BYTES: sizeBytes().default(defaults.inputCacheBytes),
      SCHEDULER_MAX_INPUT_BYTES: sizeBytes().default(defaults.maxInputBytes),
      SCHEDULER_MAX_RESULT_BYTES: sizeBytes().default(defaults.maxResultBytes),
      SCHEDULER_RETENTION_DAYS: integer({ min: 0, max: 100_000 }).default(defaults.retentionDays),
      SCHEDULER_EVENT_RETENTION_MS: durationMs().default(defaults.eventRetentionMs),
      SCHEDULER_HISTORY_INTERVAL_MS: durationMs().default(defaults.historyIntervalMs),
    },
    env,
  );
  const core: SchedulerConfig = {
    databaseUrl: values.DATABASE_URL,
    poolSize: values.SCHEDULER_POOL_SIZE,
    replicaId: values.SCHEDULER_REPLICA_ID,
    shardLeaseMs: values.SCHEDULER_SHARD_LEASE_MS,
    auditIntervalMs: values.SCHEDULER_AUDIT_INTERVAL_MS,
    inputCacheBytes: values.SCHEDULER_INPUT_CACHE_BYTES,
    maxInputBytes: values.SCHEDULER_MAX_INPUT_BYTES,
    maxResultBytes: values.SCHEDULER_MAX_RESULT_BYTES,
    retentionDays: values.SCHEDULER_RETENTION_DAYS,
    eventRetentionMs: values.SCHEDULER_EVENT_RETENTION_MS,
    historyIntervalMs: values.SCHEDULER_HISTORY_INTERVAL_MS,
  };
  const { GRPC_LISTEN: grpcListen, OPS_LISTEN: opsListen, GRPC_REFLECTION: reflection } = values;
  return { core, grpcListen, opsListen, reflection, settings: values };
}
