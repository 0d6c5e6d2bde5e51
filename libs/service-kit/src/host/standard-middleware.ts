import type { RpcMiddleware } from "@switchyard/rpc";
import type { Logger } from "pino";
import type { Registry } from "prom-client";
import { createAuthMiddleware } from "../auth/auth-middleware.js";
import type { AuthPolicy } from "../auth/auth-policy.js";
import type { ScopeTable } from "../auth/scope-table.js";
import { createAccessLog } from "../middleware/access-log.js";
import { type AuditedMethods, createAuditLog } from "../middleware/audit-log.js";
import type { AuditSink } from "../middleware/audit-sink.js";
import { createConcurrencyLimit } from "../middleware/concurrency-limit.js";
import { createDeadlineMiddleware, type DeadlineOptions } from "../middleware/deadline.js";
import { createCallMetrics } from "../middleware/metrics.js";
import { createRateLimit } from "../middleware/rate-limit.js";
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
  /** Unset: no limit. */
  readonly callsPerSecond?: number | undefined;
  /** Unset: administrative acts are not written down. */
  readonly auditSink?: AuditSink;
  readonly audited?: AuditedMethods;
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
  const { registry, logger, auditSink, audited, callsPerSecond } = options;
  const scopes = { ...openMethods, ...options.scopes };
  const audit = auditSink === undefined ? [] : [createAuditLog({ scopes, sink: auditSink, ...audited })];
  return [
    createTracingMiddleware(options.name),
    createRequestIdMiddleware(),
    createWatchMiddleware([createCallMetrics(registry), createAccessLog(logger), ...audit]),
    createAuthMiddleware(options.auth, scopes),
    ...(callsPerSecond === undefined ? [] : [createRateLimit({ callsPerSecond })]),
    createConcurrencyLimit({ perPrincipal: options.callsPerPrincipal ?? 1000 }),
    createDeadlineMiddleware(options.deadline),
    ...(options.middleware ?? []),
  ];
}
