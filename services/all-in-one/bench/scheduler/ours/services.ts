import { createLogStore, logStoreScopes, migrateLogStore } from "@switchyard/log-store";
import { createPool } from "@switchyard/postgres";
import { createInMemoryTransport } from "@switchyard/rpc";
import { createRunnerGateway, migrateRunnerGateway, runnerGatewayScopes } from "@switchyard/runner-gateway";
import { createScheduler, migrateScheduler, schedulerDefaults, schedulerScopes } from "@switchyard/scheduler";
import { createAuthPolicy, createLogger, createServiceHost } from "@switchyard/service-kit";
import { now } from "../driver/now.js";

/** Services that answer. */
export interface Services {
  /** `host:port` of all of them. */
  readonly address: string;
  /** Milliseconds that the scheduler took from its start until it answered: shard taken, open work loaded. */
  readonly loadMs: number;
  stop(): Promise<void>;
}

/**
 * Starts scheduler, runner-gateway and log-store on one port, with calls between them in memory, as the all-in-one has them; catalog, HTTP
 * gateway and runners are left out.
 */
export async function startServices(databaseUrl: string): Promise<Services> {
  for (const migrateService of [migrateScheduler, migrateRunnerGateway, migrateLogStore])
    await migrateService(databaseUrl);
  const logger = createLogger({ name: "bench", destination: process.stderr });
  const pool = createPool({ url: databaseUrl, max: 20, applicationName: "bench", log: logger });
  // One name over restarts, as the all-in-one has: it takes its own shard back at once.
  const scheduler = createScheduler({ config: { ...schedulerDefaults, databaseUrl, replicaId: "bench" }, logger });
  const listen = "127.0.0.1:0";
  const shared = {
    logger,
    auth: createAuthPolicy({ tokens: [], listen: [listen], logger }),
    grpcListen: listen,
    opsListen: listen,
  };
  // What the others call; never listens.
  const decider = createServiceHost({
    ...{ ...shared, name: "decider", routes: scheduler.routes, scopes: schedulerScopes },
  });
  const logStore = createLogStore({
    ...{ databaseUrl, pool, logger, scheduler: createInMemoryTransport(decider.inMemory) },
  });
  const core = createServiceHost({
    ...shared,
    name: "core",
    routes: [...scheduler.routes, ...logStore.routes],
    scopes: { ...schedulerScopes, ...logStoreScopes },
  });
  const inMemory = createInMemoryTransport(core.inMemory);
  const gateway = createRunnerGateway({ pool, databaseUrl, scheduler: inMemory, logStore: inMemory, logger });
  const host = createServiceHost({
    ...shared,
    name: "bench",
    routes: [...scheduler.routes, ...logStore.routes, ...gateway.routes],
    scopes: { ...schedulerScopes, ...logStoreScopes, ...runnerGatewayScopes },
  });
  const begunAt = now();
  await scheduler.start();
  const loadMs = now() - begunAt;
  await logStore.start();
  await gateway.start();
  await host.start();
  return {
    address: host.grpcAddress,
    loadMs,
    async stop() {
      await gateway.drain();
      await host.stop();
      for (const part of [gateway, logStore, scheduler]) await part.stop();
      await pool.close();
    },
  };
}
