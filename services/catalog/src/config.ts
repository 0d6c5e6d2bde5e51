import {
  accessSettings,
  type ConfigOf,
  durationMs,
  flag,
  hostPort,
  hostSettings,
  integer,
  loadConfig,
  text,
  tokenCheckSettings,
} from "@switchyard/service-kit";
import { listSettings } from "./list-settings.js";
import { artifactSettings, checkArtifactSettings } from "./artifact-settings.js";

const shape = {
  /** `postgres://...`; required. Also by `DATABASE_URL_FILE`. */
  DATABASE_URL: text(),
  /** Whether the start migrates the schema; otherwise it refuses one that is older than it needs. */
  MIGRATE_AT_START: flag().default(true),
  /** Connections to the database at most. */
  DATABASE_POOL_SIZE: integer({ min: 1, max: 200 }).default(10),
  /** Where gRPC is served. */
  GRPC_LISTEN: hostPort().default("127.0.0.1:7404"),
  /** Where probes, metrics and the Connect protocol are served. */
  OPS_LISTEN: hostPort().default("127.0.0.1:7484"),
  /** `trace` to `fatal`, or `silent`. */
  LOG_LEVEL: text().default("info"),
  ...accessSettings,
  ...tokenCheckSettings,
  /** Time between two rounds that delete what has ended. */
  CATALOG_REAP_INTERVAL: durationMs().default(30_000),
  /** Serve gRPC reflection. */
  GRPC_REFLECTION: flag().default(false),
  ...hostSettings,
  ...listSettings,
  ...artifactSettings,
};

/** The catalog's settings. */
export type CatalogConfig = ConfigOf<typeof shape>;

/**
 * Reads the catalog's settings from environment variables.
 *
 * @throws ConfigError with all problems at once
 */
export function loadCatalogConfig(env: Readonly<Record<string, string | undefined>> = process.env): CatalogConfig {
  return loadConfig(shape, env, checkArtifactSettings);
}
