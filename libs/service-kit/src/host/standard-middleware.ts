import type { RpcMiddleware } from "@switchyard/rpc";
import type { Logger } from "pino";
import type { Registry } from "prom-client";
import { createAuthMiddleware, type ScopeTable } from "../auth/auth-middleware.js";
import type { AuthPolicy } from "../auth/auth-policy.js";
import { createAccessLog } from "../middleware/access-log.js";
import { createConcurrencyLimit } from "../middleware/concurrency-limit.js";
import { createDeadlineMiddleware, type DeadlineOptions } from "../middleware/deadline.js";
import { createCallMetrics } from "../middleware/metrics.js";
import { createRequestIdMiddleware } from "../middleware/request-id.js";
import { createTracingMiddleware } from "../middleware/tracing.js";
import { createWatchMiddleware } from "../middleware/watch-calls.js";

/** What the standard middleware is made from. */
export interface StandardMiddlewareOptions {
  readonly name: string;
  readonly logger: Logger;
  readonly registry: Registry;
  readonly auth: AuthPolicy;
  readonly scopes: ScopeTable;
  readonly deadline?: DeadlineOptions;
  /** Default 1000. */
  readonly callsPerPrincipal?: number;
  readonly middleware?: readonly RpcMiddleware[];
}

// Probes carry no token, and tools ask for descriptors before anything else.
const openMethods: ScopeTable = {
  "grpc.health.v1.Health/*": "none",
  "grpc.reflection.v1.ServerReflection/*": "none",
  "grpc.reflection.v1alpha.ServerReflection/*": "none",
};

/** What stands around every handler, outermost first: refused calls are traced, counted and logged as well. */
export function createStandardMiddleware(options: StandardMiddlewareOptions): readonly RpcMiddleware[] {
  return [
    createTracingMiddleware(options.name),
    createRequestIdMiddleware(),
    createWatchMiddleware([createCallMetrics(options.registry), createAccessLog(options.logger)]),
    createAuthMiddleware(options.auth, { ...openMethods, ...options.scopes }),
    createConcurrencyLimit({ perPrincipal: options.callsPerPrincipal ?? 1000 }),
    createDeadlineMiddleware(options.deadline),
    ...(options.middleware ?? []),
  ];
}
