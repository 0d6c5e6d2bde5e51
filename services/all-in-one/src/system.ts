import { randomUUID } from "node:crypto";
import type { Transport } from "@connectrpc/connect";
import { catalogScopes, createCatalog } from "@switchyard/catalog";
import { createHttpGateway, type HttpGatewayAddresses } from "@switchyard/http-gateway";
import { createLogStore, logStoreScopes } from "@switchyard/log-store";
import { createPool } from "@switchyard/postgres";
import { createInMemoryTransport } from "@switchyard/rpc";
import { createRunnerGateway, runnerGatewayScopes } from "@switchyard/runner-gateway";
import { createScheduler, schedulerDefaults, schedulerScopes } from "@switchyard/scheduler";
import { createAuthPolicy, createServiceHost, firstOf } from "@switchyard/service-kit";
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
  const database = await openDatabase(config, logger);
  const { url } = database;
  const services = createLateTransport();
  const pool = createPool({ url, max: 20, applicationName: "all-in-one", log: logger });
  const scheduler = createScheduler({
    // The embedded database has one user, so its shard may be taken back at once; elsewhere another replica may be alive.
    config: {
      ...schedulerDefaults,
      databaseUrl: url,
      shardLeaseMs: config.shardLeaseMs,
      replicaId: database.embedded ? "all-in-one" : randomUUID(),
    },
    logger: logger.child({ service: "scheduler" }),
  });
  const logStore = createLogStore({
    databaseUrl: url,
    pool,
    scheduler: services,
    logger: logger.child({ service: "log-store" }),
  });
  const artifacts = await openArtifacts(config, database);
  const catalog = createCatalog({
    ...{ pool, blobs: artifacts.blobs, logger: logger.child({ service: "catalog" }) },
    maxArtifactBytes: config.artifacts.CATALOG_MAX_ARTIFACT_BYTES,
    maxUploads: config.artifacts.CATALOG_MAX_UPLOADS,
    stagedArtifactAgeMs: config.artifacts.CATALOG_STAGED_ARTIFACT_AGE,
  });
  const runnerGateway = createRunnerGateway({
    ...{ pool, databaseUrl: url, scheduler: services, logStore: services },
    logger: logger.child({ service: "runner-gateway" }),
  });
  const { tokens, grpcListen, opsListen, reflection } = config;
  const auth = createAuthPolicy({ tokens, listen: [grpcListen, opsListen], logger });
  const host = createServiceHost({
    name: "switchyard",
    logger,
    routes: [...scheduler.routes, ...runnerGateway.routes, ...logStore.routes, ...catalog.routes],
    scopes: { ...schedulerScopes, ...runnerGatewayScopes, ...logStoreScopes, ...catalogScopes },
    auth: { ...auth, authenticator: firstOf(auth.authenticator, runnerGateway.authenticator) },
    ...{ grpcListen, opsListen, reflection },
  });
  const transport = createInMemoryTransport(host.inMemory);
  services.connect(transport);
  const gateway = createHttpGateway({
    ...{ scheduler: services, runnerGateway: services, logStore: services, catalog: services },
    rpcRoutes: host.inMemory.routes,
    rpcMiddleware: host.inMemory.middleware,
    serveOps: false,
    config: config.gateway,
    logger: logger.child({ service: "http-gateway" }),
  });
  const pools = createPools(config, transport, logger.child({ service: "runner" }));

  const parts: Part[] = [
    { start: async () => undefined, stop: () => database.stop() },
    { start: async () => undefined, stop: () => artifacts.close() },
    { start: async () => undefined, stop: () => pool.close() },
    ...[scheduler, logStore, catalog, runnerGateway].map(({ start, stop }): Part => ({ start, stop })),
    { start: () => host.start(), stop: () => host.stop() },
    { start: async () => undefined, stop: () => runnerGateway.drain() },
    { start: () => gateway.start(), stop: () => gateway.stop() },
    { start: () => pools.start(), stop: () => pools.stop() },
  ];
  const stop = await startParts(parts);
  return {
    addresses: { grpc: host.grpcAddress, ops: host.opsAddress, ...opsless(gateway.addresses) },
    databaseUrl: url,
    transport,
    stop,
  };
}

/** Starts parts in order. Returns how to stop them, last first: servers end before the things that they depend on. */
async function startParts(parts: readonly Part[]): Promise<() => Promise<void>> {
  const started: Part[] = [];
  let stopped: Promise<void> | undefined;
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
  return () => (stopped ??= stopAll());
}

function opsless({ http, dialects, hostNames }: HttpGatewayAddresses) {
  return { http, dialects, hostNames };
}
