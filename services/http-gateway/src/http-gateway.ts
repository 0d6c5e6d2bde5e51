import { setMaxListeners } from "node:events";
import { type RpcMiddleware, type ServiceRoute, shuttingDown } from "@switchyard/rpc";
import {
  createMetricsRegistry,
  createOperationsServer,
  createReadiness,
  createTlsFiles,
  type Logger,
  type OperationsServer,
  type Readiness,
  registerTlsMetrics,
  type ServiceTls,
  splitHostPort,
} from "@switchyard/service-kit";
import type { FastifyInstance } from "fastify";
import type { Registry } from "prom-client";
import type { HttpGatewayConfig } from "./config.js";
import { type CoreTransports, createCoreClients } from "./core/clients.js";
import { createDialects } from "./dialects/index.js";
import { createOwnServer, createServer } from "./http-server.js";
import { createRequestMetrics } from "./http/request-metrics.js";
import { withOrigins } from "./http/cors.js";
import { createOpenApi } from "./open-api.js";
import { mountPages } from "./pages/mount-pages.js";
import { prepareDialects } from "./prepare-dialects.js";
import { mountRpc } from "./rpc/mount-rpc.js";

/** What the gateway is made from. The transports carry the gateway's own credential, where the core asks for one. */
export interface HttpGatewayDeps extends CoreTransports {
  readonly config: HttpGatewayConfig;
  readonly logger: Logger;
  /** Services under `/rpc`: the core's own handlers, or `createProxyRoutes`. Unset: `/rpc` is not served. */
  readonly rpcRoutes?: readonly ServiceRoute[];
  /** Around the services under `/rpc`; whoever passes handlers without authorisation of their own adds it here. */
  readonly rpcMiddleware?: readonly RpcMiddleware[];
  /** Serve probes and metrics on `config.opsListen`. Default true; false where another part of the process does. */
  readonly serveOps?: boolean;
  /** For the operations listener, where it says so (`ops`). Unset: plain text. */
  readonly tls?: ServiceTls | undefined;
  /** Gets the gateway's metrics. Default: a new one with the process's default metrics. */
  readonly registry?: Registry;
  /** Version of the build. Default `0.1.0`. */
  readonly version?: string;
}

/** Where the gateway listens, as `host:port`. */
export interface HttpGatewayAddresses {
  readonly http: string;
  /** Undefined where probes are served elsewhere. */
  readonly ops: string | undefined;
  /** Listeners of the dialects' own, by dialect. */
  readonly dialects: Readonly<Record<string, string>>;
  /** Host names without port at which the main listener has dialects at its root, by dialect. */
  readonly hostNames: Readonly<Record<string, string>>;
}

/** The HTTP gateway: stateless, any number of replicas. */
export interface HttpGateway {
  /** The main listener's server; `inject` works without a port. */
  readonly app: FastifyInstance;
  /** Listens on every address; returns when requests are answered. A second call waits for the same. */
  start(): Promise<void>;
  /** Not ready, streams end, requests in flight finish. Returns when it has ended. */
  stop(): Promise<void>;
  /** The bound addresses; before `start` has returned, the ones asked for. */
  readonly addresses: HttpGatewayAddresses;
  readonly readiness: Readiness;
  readonly registry: Registry;
}

/** Builds the gateway: the main listener with pages, `/rpc` and every dialect under its prefix and host name, and the dialects' own listeners. */
export function createHttpGateway(deps: HttpGatewayDeps): HttpGateway {
  const { config, logger, version = "0.1.0" } = deps;
  const core = createCoreClients(deps, config.coreTimeoutMs);
  const shutdown = new AbortController();
  // Every stream to a caller listens to it; Node takes more than ten listeners for a leak.
  setMaxListeners(0, shutdown.signal);
  const dialects = createDialects({ core, logger, version, stopping: shutdown.signal }, config.dialects);
  const duties = dialects.flatMap((dialect) => dialect.duties ?? []);
  const documents = new Map(dialects.map((dialect) => [dialect.name, lazily(() => createOpenApi(dialect, version))]));
  const readiness = createReadiness(["starting"]);
  const registry = deps.registry ?? createMetricsRegistry();

  const { corsOrigins: origins, trustProxy } = config;
  const tls = config.tls && createTlsFiles({ ...config.tls, logger });
  registerTlsMetrics(registry, { service: deps.tls?.files, http: tls });

  const server = { logger, trustProxy, tls, metrics: createRequestMetrics(registry) };
  const app = createServer({ ...server, dialects });
  mountPages(app, { dialects, documents, origins, version });
  const { rpcRoutes: routes, rpcMiddleware: middleware = [] } = deps;
  if (routes !== undefined) mountRpc(app, { routes, middleware, shutdownSignal: shutdown.signal, origins });
  for (const dialect of dialects) {
    app.register(withOrigins(dialect, origins), { prefix: `/${dialect.name}` });
    // This is `/docs` at the dialect's host name.
    app.get(`/${dialect.name}/docs`, () => documents.get(dialect.name)?.());
  }

  const listeners: Listener[] = [{ name: undefined, app, listen: config.httpListen }];
  for (const dialect of dialects) {
    if (dialect.listen === undefined) continue;
    const own = createOwnServer({ ...server, dialect, origins });
    own.get("/docs", () => documents.get(dialect.name)?.());
    listeners.push({ name: dialect.name, app: own, listen: dialect.listen });
  }
  const ops: OperationsServer | undefined =
    deps.serveOps === false
      ? undefined
      : createOperationsServer({ readiness, registry, tls: deps.tls?.ops === true ? deps.tls : undefined });

  let opsAddress = ops === undefined ? undefined : config.opsListen;
  let started: Promise<void> | undefined;
  let stopped: Promise<void> | undefined;

  async function listen(): Promise<void> {
    opsAddress = await ops?.listen(config.opsListen);
    for (const listener of listeners) listener.listen = await bind(listener.app, listener.listen);
    await prepareDialects(dialects, { readiness, logger, stopping: shutdown.signal });
    for (const duty of duties) duty.start();
    readiness.unblock("starting");
    logger.info({ addresses: addresses() }, "listening");
  }

  async function drain(): Promise<void> {
    readiness.block("stopping");
    await started?.catch(() => undefined);
    const { propagationMs } = config;
    if (started !== undefined && propagationMs > 0) await new Promise((resolve) => setTimeout(resolve, propagationMs));
    shutdown.abort(shuttingDown());
    await Promise.all(duties.map((duty) => duty.stop()));
    const cut = setTimeout(() => {
      for (const listener of listeners) listener.app.server.closeAllConnections();
    }, config.graceMs);
    await Promise.all(listeners.map((listener) => listener.app.close()));
    clearTimeout(cut);
    await ops?.stop(config.graceMs);
    tls?.close();
    logger.info("stopped");
  }

  function addresses(): HttpGatewayAddresses {
    const own = listeners.flatMap(({ name, listen }) => (name === undefined ? [] : [[name, listen] as const]));
    const hosts = dialects.flatMap(({ name, hostName }) => (hostName === undefined ? [] : [[name, hostName] as const]));
    return {
      http: listeners[0]?.listen ?? config.httpListen,
      ops: opsAddress,
      dialects: Object.fromEntries(own),
      hostNames: Object.fromEntries(hosts),
    };
  }

  return {
    app,
    start() {
      started ??= listen();
      return started;
    },
    stop() {
      stopped ??= drain();
      return stopped;
    },
    get addresses() {
      return addresses();
    },
    readiness,
    registry,
  };
}

interface Listener {
  /** The dialect; undefined for the main listener. */
  readonly name: string | undefined;
  readonly app: FastifyInstance;
  /** The address asked for, then the bound one. */
  listen: string;
}

async function bind(app: FastifyInstance, hostPort: string): Promise<string> {
  const asked = splitHostPort(hostPort);
  if (asked === undefined) throw new Error(`${hostPort} is not host:port`);
  await app.listen(asked);
  const bound = app.server.address();
  const port = typeof bound === "object" && bound !== null ? bound.port : asked.port;
  return `${hostPort.slice(0, hostPort.lastIndexOf(":"))}:${port}`;
}

function lazily<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
