import {
  accessSettings,
  type ConfigOf,
  flag,
  hostPort,
  hostPorts,
  hostSettings,
  integer,
  loadConfig,
  sizeBytes,
  text,
  tokenCheckSettings,
} from "@switchyard/service-kit";
import type { SegmentLimits } from "./domain/segments/retention.js";
import { checkSegmentSettings, defaultSegmentLimits, segmentLimits, segmentSettings } from "./segment-settings.js";

/** Bounds of the log store. */
export interface LogStoreLimits extends SegmentLimits {
  /** Streams whose end is kept in memory, about 300 bytes each. Others are read before they are written to. Default 50,000. */
  readonly maxHeads: number;
  /** Bytes of appends that may wait for their commit; calls above are refused with `RATE_LIMITED`. Default 64 MiB. */
  readonly maxPendingBytes: number;
  /** Bytes of text per flush. Default 4 MiB. */
  readonly maxFlushBytes: number;
  /** Bytes of text that a stream may have. The append that reaches them is the last one: an entry of type `TRUNCATED` follows, later appends are refused with `LOG_LIMIT_REACHED`. Default 4 GiB. */
  readonly maxStreamBytes: number;
  /** Live tails at once; more are refused with `RATE_LIMITED`. Default 10,000. */
  readonly maxFollowers: number;
  /** Bytes of entries that may wait for one slow reader before it is told that it missed some. Default 1 MiB. */
  readonly followerBufferBytes: number;
}

const MIB = 1024 * 1024;

/** The bounds where nothing else is said. */
export const defaultLimits: LogStoreLimits = {
  maxHeads: 50_000,
  maxPendingBytes: 64 * MIB,
  maxFlushBytes: 4 * MIB,
  maxStreamBytes: 4_096 * MIB,
  maxFollowers: 10_000,
  followerBufferBytes: MIB,
  ...defaultSegmentLimits,
};

const shape = {
  /** `postgres://...`; required. Also by `DATABASE_URL_FILE`. */
  DATABASE_URL: text(),
  /** Whether the start migrates the schema; otherwise it refuses one that is older than it needs. */
  MIGRATE_AT_START: flag().default(true),
  /** Where gRPC is served. */
  GRPC_LISTEN: hostPort().default("127.0.0.1:7403"),
  /** Where probes, metrics and the Connect protocol are served. */
  OPS_LISTEN: hostPort().default("127.0.0.1:7483"),
  /** `trace` to `fatal`, or `silent`. */
  LOG_LEVEL: text().default("info"),
  ...accessSettings,
  ...tokenCheckSettings,
  /** Where the scheduler's gRPC port is: asked whether attempts without logs are over. Unset: their ends are stored here. */
  SCHEDULER_ADDRESS: hostPorts().optional(),
  /** Serve gRPC reflection. */
  GRPC_REFLECTION: flag().default(false),
  ...hostSettings,
  /** Connections for reading. Writing has two of its own, listening one. */
  LOG_STORE_POOL_SIZE: integer({ min: 2, max: 200 }).default(10),
  LOG_STORE_MAX_HEADS: integer({ min: 100 }).default(defaultLimits.maxHeads),
  LOG_STORE_MAX_PENDING_BYTES: sizeBytes().default(defaultLimits.maxPendingBytes),
  LOG_STORE_MAX_FLUSH_BYTES: sizeBytes().default(defaultLimits.maxFlushBytes),
  LOG_STORE_MAX_STREAM_BYTES: sizeBytes().default(defaultLimits.maxStreamBytes),
  LOG_STORE_MAX_FOLLOWERS: integer({ min: 1 }).default(defaultLimits.maxFollowers),
  LOG_STORE_FOLLOWER_BUFFER_BYTES: sizeBytes().default(defaultLimits.followerBufferBytes),
  ...segmentSettings,
};

/** The log store's settings as they stand in the environment, and its bounds made of them. */
export interface LogStoreConfig extends ConfigOf<typeof shape> {
  readonly limits: LogStoreLimits;
}

/**
 * Reads the log store's settings from environment variables.
 *
 * @throws ConfigError with all problems at once
 */
export function loadLogStoreConfig(env: Readonly<Record<string, string | undefined>> = process.env): LogStoreConfig {
  const values = loadConfig(shape, env, checkSegmentSettings);
  const limits: LogStoreLimits = {
    maxHeads: values.LOG_STORE_MAX_HEADS,
    maxPendingBytes: values.LOG_STORE_MAX_PENDING_BYTES,
    maxFlushBytes: values.LOG_STORE_MAX_FLUSH_BYTES,
    maxStreamBytes: values.LOG_STORE_MAX_STREAM_BYTES,
    maxFollowers: values.LOG_STORE_MAX_FOLLOWERS,
    followerBufferBytes: values.LOG_STORE_FOLLOWER_BUFFER_BYTES,
    ...segmentLimits(values),
  };
  return { ...values, limits };
}
