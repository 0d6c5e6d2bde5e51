import {
  createConnectHandler,
  createGrpcServer,
  type InMemoryTransportOptions,
  type RpcMiddleware,
  type ServiceRoute,
  shuttingDown,
} from "@switchyard/rpc";
import type { Logger } from "pino";
import type { Registry } from "prom-client";
import type { AuthPolicy } from "../auth/auth-policy.js";
import { checkScopeTable, type ScopeTable } from "../auth/scope-table.js";
import { createHealthRoute } from "../health/health-route.js";
import { createReadiness, type Readiness } from "../health/readiness.js";
import type { AuditedMethods } from "../middleware/audit-log.js";
import type { AuditSink } from "../middleware/audit-sink.js";
import type { DeadlineOptions } from "../middleware/deadline.js";
import { createReflectionRoutes } from "../reflection/reflection-routes.js";
import { createMetricsRegistry } from "../metrics/metrics-registry.js";
import type { ServiceTls } from "../tls/open-tls.js";
import { registerTlsMetrics } from "../tls/tls-metrics.js";
import { createOperationsServer } from "./operations-server.js";
import { createStandardMiddleware } from "./standard-middleware.js";

/** Everything that a service brings, and how it wants to be run. */
export interface ServiceHostOptions {
  /** The service's name in traces. */
  readonly name: string;
  readonly logger: Logger;
  readonly routes: readonly ServiceRoute[];
  /** `host:port` for gRPC; port 0 for any free one. */
  readonly grpcListen: string;
  /** `host:port` for probes, metrics, Connect and JSON. */
  readonly opsListen: string;
  readonly auth: AuthPolicy;
  /** The scope that each method needs; complete for the routes. */
  readonly scopes: ScopeTable;
  /** Inside the standard middleware, around the handlers. */
  readonly middleware?: readonly RpcMiddleware[];
  readonly deadline?: DeadlineOptions;
  /** Calls in flight per principal. Default 1000. */
  readonly callsPerPrincipal?: number;
  /** Calls per second and principal, with a burst of twice as many. Default: no limit. */
  readonly callsPerSecond?: number | undefined;
  /** Where administrative acts are written down. Default: nowhere. */
  readonly auditSink?: AuditSink;
  /** Which calls those are, beside all that need scope `admin`. */
  readonly audited?: AuditedMethods;
  /** The largest request in bytes. Default 4 MiB. */
  readonly maxMessageBytes?: number;
  /** Serve gRPC reflection. Default false. */
  readonly reflection?: boolean;
  /**
   * For gRPC, and for the operations listener if it says so (`ops`); else that one stays plain and answers probes and metrics
   * alone. Unset: plain text on both.
   */
  readonly tls?: ServiceTls | undefined;
  /** Default: a new one with the process's default metrics. */
  readonly registry?: Registry;
  /** Default: a new one. The host itself adds `starting` and `stopping`. */
  readonly readiness?: Readiness;
  /** How long load balancers need to notice that the service is not ready, in milliseconds. Default 0; 5000 on Kubernetes. */
  readonly propagationMs?: number;
  /** How long calls in flight may take after that before they are cut, in milliseconds. Default 20,000. */
  readonly graceMs?: number;
}

/** A service's listeners with all that is around its handlers. */
export interface ServiceHost {
  /** Listens on both addresses; returns when calls are answered. A second call waits for the same. */
  start(): Promise<void>;
  /** Drains: not ready, propagation time, streams and held calls end, the rest finishes. Returns when it has ended. */
  stop(): Promise<void>;
  /** The bound address, `host:port`. Before `start` has returned: the one asked for. */
  readonly grpcAddress: string;
  /** The same for the operations listener. */
  readonly opsAddress: string;
  readonly readiness: Readiness;
  readonly registry: Registry;
  /** What `createInMemoryTransport` takes to call the service in this process, with the same middleware. */
  readonly inMemory: Required<Pick<InMemoryTransportOptions, "routes" | "middleware" | "shutdownSignal">>;
}

/**
 * Puts a service's handlers on its two listeners, with health, reflection, auth, limits, logs, metrics and traces.
 *
 * @throws Error when the scope table lacks a method
 */
export function createServiceHost(options: ServiceHostOptions): ServiceHost {
  checkScopeTable(options.routes, options.scopes);
  const { logger, graceMs = 20_000, propagationMs = 0 } = options;
  const readiness = options.readiness ?? createReadiness();
  const registry = options.registry ?? createMetricsRegistry();
  const shutdown = new AbortController();
  const services = options.routes.map((route) => route.service);
  const names = services.map((service) => service.typeName);
  const reflection = options.reflection === true ? createReflectionRoutes(services) : [];
  const routes = [...options.routes, createHealthRoute(readiness, names), ...reflection];
  const middleware = createStandardMiddleware({ ...options, registry });
  const limits = options.maxMessageBytes === undefined ? {} : { maxMessageBytes: options.maxMessageBytes };
  const { tls } = options;
  registerTlsMetrics(registry, { service: tls?.files });

  const grpc = createGrpcServer({ routes, middleware, ...limits, tls });
  const rpc = createConnectHandler({
    routes,
    middleware,
    shutdownSignal: shutdown.signal,
    ...(options.maxMessageBytes === undefined ? {} : { readMaxBytes: options.maxMessageBytes }),
  });
  // Tokens are not to be read on the way: where gRPC is encrypted, calls are taken by encrypted listeners alone.
  const served = tls === undefined || tls.ops ? { rpc } : {};
  const operations = createOperationsServer({
    readiness,
    registry,
    ...served,
    tls: tls?.ops === true ? tls : undefined,
  });

  let { grpcListen: grpcAddress, opsListen: opsAddress } = options;
  let started: Promise<void> | undefined;
  let stopped: Promise<void> | undefined;
  readiness.block("starting");

  async function listen(): Promise<void> {
    opsAddress = await operations.listen(options.opsListen);
    try {
      grpcAddress = await grpc.listen(options.grpcListen);
    } catch (error) {
      await operations.stop(0);
      throw error;
    }
    readiness.unblock("starting");
    logger.info({ grpc: grpcAddress, ops: opsAddress }, "listening");
  }

  async function drain(): Promise<void> {
    readiness.block("stopping");
    await started?.catch(() => undefined);
    if (started !== undefined && propagationMs > 0) await new Promise((resolve) => setTimeout(resolve, propagationMs));
    shutdown.abort(shuttingDown());
    // Probes are answered until the last call has ended.
    await grpc.stop(graceMs);
    await operations.stop(graceMs);
    logger.info("stopped");
  }

  return {
    start() {
      started ??= listen();
      return started;
    },
    stop() {
      stopped ??= drain();
      return stopped;
    },
    get grpcAddress() {
      return grpcAddress;
    },
    get opsAddress() {
      return opsAddress;
    },
    readiness,
    registry,
    inMemory: { routes, middleware, shutdownSignal: shutdown.signal },
  };
}
