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

import { mostShards, parseShardDatabases } from "./shard-databases.js";

/** Settings of the scheduler's core. */
export interface SchedulerConfig {
  /** `postgres://...` of the database with the schema `scheduler`. */
  readonly databaseUrl: string;
  /** How many shards there are. More than before are made at the start; those that were made stay, whatever is said later. */
  readonly shards: number;
  /** `postgres://...` of the shards that live in other databases than `databaseUrl`, the home database. */
  readonly shardDatabases: ReadonlyMap<number, string>;
  /** `host:port` where other replicas and services reach this one. Empty: where it listens, unless that is every address. */
  readonly advertiseAddress: string;
  /** Connections for reads, of each database. The lanes have connections of their own. */
  readonly poolSize: number;
  /** Names the replica; empty makes a new name at each start. A replica with the same name takes its own shard back at once. */
  readonly replicaId: string;
  /** Length of the shard's lease, ms; renewed at a third. */
  readonly shardLeaseMs: number;
  /** Pause between two rounds of the self-audit, ms; 0 switches it off. */
  readonly auditIntervalMs: number;
  /** Bytes of recent inputs that are kept in memory, of all shards together. */
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
  /** How often it is noted which queues and kinds there are among new numbers, ms. */
  readonly blockIntervalMs: number;
}

/** What holds when nothing is set. */
export const schedulerDefaults: Omit<SchedulerConfig, "databaseUrl"> = {
  shards: 1,
  shardDatabases: new Map(),
  advertiseAddress: "",
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
  blockIntervalMs: 5_000,
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
      SCHEDULER_SHARDS: integer({ min: 1, max: mostShards }).default(defaults.shards),
      SCHEDULER_SHARD_DATABASES: shardDatabasesField().default(defaults.shardDatabases),
      SCHEDULER_ADVERTISE_ADDRESS: hostPort().default(defaults.advertiseAddress),
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
    shards: values.SCHEDULER_SHARDS,
    shardDatabases: values.SCHEDULER_SHARD_DATABASES,
    advertiseAddress: values.SCHEDULER_ADVERTISE_ADDRESS,
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
    blockIntervalMs: defaults.blockIntervalMs,
  };
  const { GRPC_LISTEN: grpcListen, OPS_LISTEN: opsListen, GRPC_REFLECTION: reflection } = values;
  return { core, grpcListen, opsListen, reflection, settings: values };
}

/** URLs of databases by shard. The text is not repeated in problems, since it holds passwords. */
export function shardDatabasesField() {
  return text().transform((value, context): ReadonlyMap<number, string> => {
    const urls = parseShardDatabases(value);
    if (urls) return urls;
    context.addIssue({
      code: "custom",
      message: "expected shards and URLs such as 4-7=postgres://...,8=postgres://...",
    });
    return new Map();
  });
}
