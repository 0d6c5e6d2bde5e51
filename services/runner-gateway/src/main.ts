import { ownerOpener } from "@switchyard/client";
import { createPool, prepareSchema } from "@switchyard/postgres";
import { createGrpcTransport } from "@switchyard/rpc";
import {
  bearerOf,
  createLogger,
  createMetricsRegistry,
  createServiceHost,
  firstOf,
  openAccess,
  openServiceTls,
  runUntilSignal,
  startTelemetry,
} from "@switchyard/service-kit";
import { loadRunnerGatewayConfig } from "./config.js";
import { runnersSchema } from "./migrations/index.js";
import { createRunnerGateway } from "./runner-gateway.js";
import { runnerGatewayAudited, runnerGatewayScopes } from "./transport/scopes.js";

startTelemetry({ name: "runner-gateway" });
const config = loadRunnerGatewayConfig(process.env);
const logger = createLogger({ name: "runner-gateway", level: config.LOG_LEVEL });
const { DATABASE_URL: databaseUrl, SWITCHYARD_SERVICE_TOKEN: serviceToken } = config;

const tls = openServiceTls(config, logger);
const interceptors = bearerOf(serviceToken);
const schedulers = { address: config.SCHEDULER_ADDRESS, interceptors, tls };
const scheduler = createGrpcTransport(schedulers);
const logStore = createGrpcTransport({ address: config.LOG_STORE_ADDRESS, interceptors, tls });
const catalog = createGrpcTransport({ address: config.CATALOG_ADDRESS, interceptors, tls });
const pool = createPool({
  url: databaseUrl,
  max: config.DATABASE_POOL_MAX,
  applicationName: "runner-gateway",
  log: logger,
});

const settings = { pendingMs: config.RUNNER_PENDING_MS };
const registry = createMetricsRegistry();
const gateway = createRunnerGateway({
  ...{ pool, databaseUrl, logStore, catalog, logger, registry, settings },
  scheduler,
  openScheduler: ownerOpener(schedulers),
});
const listen = [config.GRPC_LISTEN, config.OPS_LISTEN];
const access = openAccess({ settings: config, listen, logger });
const host = createServiceHost({
  name: "runner-gateway",
  ...{ logger, registry },
  routes: gateway.routes,
  grpcListen: config.GRPC_LISTEN,
  opsListen: config.OPS_LISTEN,
  ...access,
  auth: { ...access.auth, authenticator: firstOf(access.auth.authenticator, gateway.authenticator) },
  scopes: runnerGatewayScopes,
  audited: runnerGatewayAudited,
  tls,
  propagationMs: config.STOP_PROPAGATION,
});

await runUntilSignal({
  logger,
  start: async () => {
    await prepareSchema(runnersSchema, { url: databaseUrl, migrate: config.MIGRATE_AT_START, log: logger });
    await gateway.start();
    await host.start();
  },
  stop: async () => {
    // Held calls are answered before the host would cut them off; reports are taken until it has ended.
    await gateway.drain();
    await host.stop();
    await gateway.stop();
    scheduler.close();
    logStore.close();
    catalog.close();
    await pool.close();
  },
});
