import {
  type ConfigOf,
  durationMs,
  hostPort,
  integer,
  json,
  loadConfig,
  staticTokensSchema,
  text,
} from "@switchyard/service-kit";

const shape = {
  /** PostgreSQL with the schema `runners`; it is migrated at start. */
  DATABASE_URL: text(),
  /** Most connections to it, beside one that listens. */
  DATABASE_POOL_MAX: integer({ min: 2, max: 500 }).default(10),
  /** Where runners and the HTTP gateway call, gRPC. */
  GRPC_LISTEN: hostPort().default("127.0.0.1:7402"),
  /** Probes, metrics, Connect and JSON. */
  OPS_LISTEN: hostPort().default("127.0.0.1:7482"),
  /** Where the scheduler's gRPC port is. */
  SCHEDULER_ADDRESS: hostPort().default("127.0.0.1:7401"),
  /** Where the log store's gRPC port is. */
  LOG_STORE_ADDRESS: hostPort().default("127.0.0.1:7403"),
  /** Tokens of callers, see `staticTokensSchema`. Without any the service listens on loopback only. */
  SWITCHYARD_TOKENS: json(staticTokensSchema).default([]),
  /** Token with which this service calls the others. */
  SWITCHYARD_SERVICE_TOKEN: text(8).optional(),
  LOG_LEVEL: text().default("info"),
  /** Calls in flight per token. Runners that share one hold up to two calls each. */
  RUNNER_CALLS_PER_TOKEN: integer({ min: 1 }).default(20_000),
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
