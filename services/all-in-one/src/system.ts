import { randomUUID } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import type { Transport } from "@connectrpc/connect";
import { catalogScopes, createCatalog } from "@switchyard/catalog";
import { createHttpGateway, type HttpGatewayAddresses } from "@switchyard/http-gateway";
import {
  createLogStore,
  logStoreAudited,
  logStoreScopes,
  openArchivePlace,
  segmentLimits,
} from "@switchyard/log-store";
import { createPool } from "@switchyard/postgres";
import { createInMemoryTransport } from "@switchyard/rpc";
import { createRunnerGateway, runnerGatewayAudited, runnerGatewayScopes } from "@switchyard/runner-gateway";
import { createScheduler, schedulerDefaults, schedulerScopes } from "@switchyard/scheduler";
import { createMetricsRegistry, createServiceHost, firstOf, openAccess, openServiceTls } from "@switchyard/service-kit";
import type { Logger } from "pino";
import { openArtifacts } from "./artifacts.js";
import type { SystemConfig } from "./config.js";
import { openDatabase } from "./database.js";
import { createLateTransport } from "./late-transport.js";
import { createPools } from "./pools.js";

/** A running system. */
export interface System {
  /** Where it listens. */
  readonly addresses: { readonly grpc: string; readonly ops: string } & Omit<HttpGatewayAddresses, "ops">;
  /** Which of them speak TLS. */
  readonly secure: { readonly grpc: boolean; readonly ops: boolean; readonly http: boolean };
  readonly databaseUrl: string;
  /** Reaches every service in this process, with all rights. */
  readonly transport: Transport;
  /** Runners let go, listeners drain, services write what they accepted, the database stops. May be called twice. */
  stop(): Promise<void>;
}

/** A step of the start and how to take it back. */
interface Part {
  readonly start: () => Promise<unknown>;
  readonly stop: () => Promise<unknown>;
}

/**
 * Starts the whole house in this process: the same factories as the separate services, with calls between them in memory. Returns when
 * everything answers. A start that fails takes back what had been started.
 */
export async function startSystem(config: SystemConfig, logger: Logger): Promise<System> {
  const tls = openServiceTls(config.tls, logger);
  const database = await openDatabase(config, logger);
  const { url } = database;
  const services = createLateTransport();
  const pool = createPool({ url, max: 20, applicationName: "all-in-one", log: logger });
  const registry = createMetricsRegistry();
  const scheduler = createScheduler({
    registry,
    // The embedded database has one user, so its shard may be taken back at once; elsewhere another replica may be alive.
    config: {
      ...schedulerDefaults,
      databaseUrl: url,
      shardLeaseMs: config.shardLeaseMs,
      replicaId: database.embedded ? "all-in-one" : randomUUID(),
    },
    logger: logger.child({ service: "scheduler" }),
  });
  const archive = await openArchivePlace(config.segments);
  const logStore = createLogStore({
    ...{ databaseUrl: url, pool, registry, scheduler: services },
    limits: segmentLimits(config.segments),
    ...(archive && { archive }),
    logger: logger.child({ service: "log-store" }),
  });
  const artifacts = await openArtifacts(config, database);
  const catalog = createCatalog({
    ...{ pool, registry, blobs: artifacts.blobs, logger: logger.child({ service: "catalog" }) },
    maxArtifactBytes: config.artifacts.CATALOG_MAX_ARTIFACT_BYTES,
    maxUploads: config.artifacts.CATALOG_MAX_UPLOADS,
    stagedArtifactAgeMs: config.artifacts.CATALOG_STAGED_ARTIFACT_AGE,
  });
  const runnerGateway = createRunnerGateway({
    ...{ pool, registry, databaseUrl: url, scheduler: services, logStore: services, catalog: services },
    logger: logger.child({ service: "runner-gateway" }),
  });
  const { grpcListen, opsListen, reflection } = config;
  const access = openAccess({ settings: config.access, listen: [grpcListen, opsListen], logger });
  const host = createServiceHost({
    name: "switchyard",
    logger,
    routes: [...scheduler.routes, ...runnerGateway.routes, ...logStore.routes, ...catalog.routes],
    scopes: { ...schedulerScopes, ...runnerGatewayScopes, ...logStoreScopes, ...catalogScopes },
    ...access,
    auth: { ...access.auth, authenticator: firstOf(access.auth.authenticator, runnerGateway.authenticator) },
    audited: { ...runnerGatewayAudited, ...logStoreAudited },
    ...{ grpcListen, opsListen, reflection, tls, registry },
  });
  const transport = createInMemoryTransport(host.inMemory);
  services.connect(transport);
  const gateway = createHttpGateway({
    ...{ scheduler: services, runnerGateway: services, logStore: services, catalog: services },
    rpcRoutes: host.inMemory.routes,
    rpcMiddleware: host.inMemory.middleware,
    serveOps: false,
    registry,
    config: config.gateway,
    logger: logger.child({ service: "http-gateway" }),
  });
  const pools = createPools(config, transport, logger.child({ service: "runner" }), registry);

  const parts: Part[] = [
    { start: async () => undefined, stop: async () => tls?.files.close() },
    { start: async () => undefined, stop: () => database.stop() },
    { start: async () => undefined, stop: () => artifacts.close() },
    { start: async () => undefined, stop: async () => archive?.close() },
    { start: async () => undefined, stop: () => pool.close() },
    ...[scheduler, logStore, catalog, runnerGateway].map(({ start, stop }): Part => ({ start, stop })),
    { start: () => host.start(), stop: () => host.stop() },
    { start: async () => undefined, stop: () => runnerGateway.drain() },
    { start: () => gateway.start(), stop: () => gateway.stop() },
    { start: () => pools.start(), stop: () => pools.stop() },
  ];
  const stopParts = await startParts(parts);
  let stopped: Promise<void> | undefined;
  const stop = async () => {
    host.readiness.block("stopping");
    await setTimeout(config.propagationMs);
    await stopParts();
  };
  return {
    addresses: { grpc: host.grpcAddress, ops: host.opsAddress, ...opsless(gateway.addresses) },
    secure: { grpc: tls !== undefined, ops: tls?.ops === true, http: config.gateway.tls !== undefined },
    databaseUrl: url,
    transport,
    stop: () => (stopped ??= stop()),
  };
}

/** Starts parts in order. Returns how to stop them, last first: servers end before the things that they depend on. */
async function startParts(parts: readonly Part[]): Promise<() => Promise<void>> {
  const started: Part[] = [];
  const stopAll = async () => {
    const failures: unknown[] = [];
    for (const part of started.reverse()) await part.stop().catch((error: unknown) => failures.push(error));
    if (failures.length > 0) throw new AggregateError(failures, "not everything stopped cleanly");
  };
  for (const part of parts) {
    // Noted before the start: half a start has to be taken back too.
    started.push(part);
    try {
      await part.start();
    } catch (error) {
      await stopAll().catch(() => undefined);
      throw error;
    }
  }
  return stopAll;
}

function opsless({ http, dialects, hostNames }: HttpGatewayAddresses) {
  return { http, dialects, hostNames };
}
