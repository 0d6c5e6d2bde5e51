export { type Authenticator, firstOf } from "./auth/authenticator.js";
export { checkScopeTable, createAuthMiddleware, type Requirement, type ScopeTable } from "./auth/auth-middleware.js";
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
export { durationMs, flag, hostPort, integer, json, list, sizeBytes, splitHostPort, text } from "./config/fields.js";
export { ConfigError, type ConfigOf, type ConfigShape, loadConfig } from "./config/load-config.js";
export { createHealthRoute } from "./health/health-route.js";
export { createReadiness, type Readiness } from "./health/readiness.js";
export {
  createOperationsServer,
  type OperationsServer,
  type OperationsServerOptions,
} from "./host/operations-server.js";
export { type RunUntilSignalOptions, runUntilSignal, type SignalHost } from "./host/run-until-signal.js";
export { createServiceHost, type ServiceHost, type ServiceHostOptions } from "./host/service-host.js";
export { createStandardMiddleware, type StandardMiddlewareOptions } from "./host/standard-middleware.js";
export { loadClientTls, loadTls, type TlsPaths } from "./host/tls-files.js";
export { createLogger, type Logger, type LoggerOptions } from "./logger.js";
export { createAccessLog } from "./middleware/access-log.js";
export { bearerOf } from "./middleware/bearer.js";
export type { CallWatcher } from "./middleware/call-watcher.js";
export { type ConcurrencyLimitOptions, createConcurrencyLimit } from "./middleware/concurrency-limit.js";
export { createDeadlineMiddleware, type DeadlineOptions } from "./middleware/deadline.js";
export { createCallMetrics } from "./middleware/metrics.js";
export { createRequestIdMiddleware, requestIdOf } from "./middleware/request-id.js";
export { createTracingMiddleware, remoteParent, traceInterceptor } from "./middleware/tracing.js";
export { createWatchMiddleware } from "./middleware/watch-calls.js";
export { createReflectionRoutes } from "./reflection/reflection-routes.js";
