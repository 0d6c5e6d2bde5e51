export { type Authenticator, firstOf } from "./auth/authenticator.js";
export { type AccessSettings, accessSettings, tokenCheckSettings } from "./auth/access-settings.js";
export { createAuthMiddleware } from "./auth/auth-middleware.js";
export { type CheckedTokens, type CheckedTokensOptions, createCheckedTokens } from "./auth/checked-tokens.js";
export { principalFromGrant, principalToGrant, scopeFromProto } from "./auth/grants.js";
export { type AccessOptions, openAccess } from "./auth/open-access.js";
export { checkScopeTable, nameOf, type Requirement, requirementOf, type ScopeTable } from "./auth/scope-table.js";
export { createRemoteTokenCheck } from "./auth/remote-token-check.js";
export type { TokenCheck, TokenVerdict } from "./auth/token-verdict.js";
export { type AuthPolicy, type AuthPolicyOptions, createAuthPolicy, isLoopback } from "./auth/auth-policy.js";
export {
  allScopes,
  findPrincipal,
  hasScope,
  mayTouch,
  omnipotent,
  type Principal,
  principalOf,
  requireNamespace,
  type Scope,
  setPrincipal,
} from "./auth/principal.js";
export { createStaticAuthenticator, sha256, type StaticToken, staticTokensSchema } from "./auth/static-tokens.js";
export {
  durationMs,
  flag,
  hostPort,
  hostPorts,
  integer,
  json,
  list,
  sizeBytes,
  splitHostPort,
  text,
} from "./config/fields.js";
export { ConfigError, type ConfigOf, type ConfigShape, loadConfig } from "./config/load-config.js";
export { createHealthRoute } from "./health/health-route.js";
export { createReadiness, type Readiness } from "./health/readiness.js";
export { hostSettings, stopSettings } from "./host/host-settings.js";
export {
  createOperationsServer,
  type OperationsServer,
  type OperationsServerOptions,
} from "./host/operations-server.js";
export { type Loop, repeat } from "./host/repeat.js";
export { receiveUpload, type UploadFacts, type UploadMessage } from "./host/receive-upload.js";
export { type RunUntilSignalOptions, runUntilSignal, type SignalHost } from "./host/run-until-signal.js";
export { createServiceHost, type ServiceHost, type ServiceHostOptions } from "./host/service-host.js";
export { createStandardMiddleware, type StandardMiddlewareOptions } from "./host/standard-middleware.js";
export { createWorkerOperations, type WorkerOperations } from "./host/worker-operations.js";
export { countCallWays } from "./metrics/call-ways.js";
export { createBoundedLabel, otherValues } from "./metrics/bounded-label.js";
export { commitMetrics, type OnCommit } from "./metrics/commit-metrics.js";
export { createMetricsRegistry } from "./metrics/metrics-registry.js";
export { type PoolCounts, watchPool } from "./metrics/pool-metrics.js";
export { type RunnerCounts, watchRunners } from "./metrics/runner-metrics.js";
export { createLogger, type Logger, type LoggerOptions } from "./logger.js";
export { type AuditedMethods, type AuditLogOptions, createAuditLog, isAudited } from "./middleware/audit-log.js";
export { type AuditSink, type AuditSinkOptions, openAuditSink } from "./middleware/audit-sink.js";
export { createRateLimit, type RateLimitOptions } from "./middleware/rate-limit.js";
export { createAccessLog } from "./middleware/access-log.js";
export { bearerOf } from "./middleware/bearer.js";
export type { CallWatcher } from "./middleware/call-watcher.js";
export { type ConcurrencyLimitOptions, createConcurrencyLimit } from "./middleware/concurrency-limit.js";
export { createDeadlineMiddleware, type DeadlineOptions } from "./middleware/deadline.js";
export { createCallMetrics } from "./middleware/metrics.js";
export { createRequestIdMiddleware, requestIdOf } from "./middleware/request-id.js";
export { createTracingMiddleware } from "./middleware/tracing.js";
export { createWatchMiddleware } from "./middleware/watch-calls.js";
export { createReflectionRoutes } from "./reflection/reflection-routes.js";
export { peerNameOf } from "./tls/peer-name.js";
export { type OpenClientTls, openClientTls, openServiceTls, type ServiceTls } from "./tls/open-tls.js";
export { createTlsFiles, type TlsFiles, type TlsFilesOptions, type TlsPart } from "./tls/tls-files.js";
export { registerTlsMetrics } from "./tls/tls-metrics.js";
export {
  type ClientTlsSettings,
  clientTlsSettings,
  type ServiceTlsSettings,
  serviceTlsSettings,
} from "./tls/tls-settings.js";
export { startTelemetry, stopTelemetry, type TelemetryOptions } from "./telemetry/start-telemetry.js";
