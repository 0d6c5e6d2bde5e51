import {
  accessSettings,
  type ConfigOf,
  durationMs,
  flag,
  hostPort,
  hostPorts,
  hostSettings,
  integer,
  loadConfig,
  text,
} from "@switchyard/service-kit";

const shape = {
  /** PostgreSQL with the schema `runners`. */
  DATABASE_URL: text(),
  /** Whether the start migrates the schema; otherwise it refuses one that is older than it needs. */
  MIGRATE_AT_START: flag().default(true),
  /** Most connections to it, beside one that listens. */
  DATABASE_POOL_MAX: integer({ min: 2, max: 500 }).default(10),
  /** Where runners and the HTTP gateway call, gRPC. */
  GRPC_LISTEN: hostPort().default("127.0.0.1:7402"),
  /** Probes, metrics, Connect and JSON. */
  OPS_LISTEN: hostPort().default("127.0.0.1:7482"),
  /** Where the scheduler's gRPC port is. */
  SCHEDULER_ADDRESS: hostPorts().default(["127.0.0.1:7401"]),
  /** Where the log store's gRPC port is. */
  LOG_STORE_ADDRESS: hostPorts().default(["127.0.0.1:7403"]),
  /** Where the catalog's gRPC port is, which keeps the files of attempts. */
  CATALOG_ADDRESS: hostPorts().default(["127.0.0.1:7404"]),
  ...accessSettings,
  LOG_LEVEL: text().default("info"),
  ...hostSettings,
  /** More than elsewhere: runners that share a token hold up to two calls each. */
  CALLS_IN_FLIGHT: accessSettings.CALLS_IN_FLIGHT.unwrap().default(20_000),
  /** How long a lease waits for its runner's next call before the job goes back to the queue. */
  RUNNER_PENDING_MS: durationMs().default(3_000),
};

/** The configuration of a gateway process. */
export type RunnerGatewayConfig = ConfigOf<typeof shape>;

/**
 * Reads the configuration from an environment.
 * @throws ConfigError naming every problem
 */
export function loadRunnerGatewayConfig(env: Readonly<Record<string, string | undefined>>): RunnerGatewayConfig {
  return loadConfig(shape, env);
}
