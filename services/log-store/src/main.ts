import { createPool, prepareSchema } from "@switchyard/postgres";
import { createGrpcTransport } from "@switchyard/rpc";
import {
  bearerOf,
  createLogger,
  createMetricsRegistry,
  createServiceHost,
  openAccess,
  openServiceTls,
  runUntilSignal,
  startTelemetry,
} from "@switchyard/service-kit";
import { loadLogStoreConfig } from "./config.js";
import { createLogStore } from "./log-store.js";
import { logsSchema } from "./migrations/index.js";
import { openArchivePlace } from "./segment-settings.js";
import { logStoreAudited, logStoreScopes } from "./scopes.js";

startTelemetry({ name: "log-store" });
const config = loadLogStoreConfig();
const { DATABASE_URL: databaseUrl, GRPC_LISTEN: grpcListen, OPS_LISTEN: opsListen, limits } = config;
const logger = createLogger({ name: "log-store", level: config.LOG_LEVEL });
const pool = createPool({
  url: databaseUrl,
  max: config.LOG_STORE_POOL_SIZE,
  applicationName: "log-store",
  log: logger,
});
const tls = openServiceTls(config, logger);
const { SCHEDULER_ADDRESS: address, SWITCHYARD_SERVICE_TOKEN: token } = config;
const interceptors = bearerOf(token);
const scheduler = address === undefined ? undefined : createGrpcTransport({ address, interceptors, tls });
const { TOKEN_CHECK_ADDRESS: checkAddress } = config;
const tokenService =
  checkAddress === undefined ? undefined : createGrpcTransport({ address: checkAddress, interceptors, tls });
const registry = createMetricsRegistry();
const archive = await openArchivePlace(config);
const store = createLogStore({
  ...{ databaseUrl, pool, limits, logger, registry },
  ...(scheduler && { scheduler }),
  ...(archive && { archive }),
});
const host = createServiceHost({
  name: "log-store",
  ...{ logger, registry },
  routes: store.routes,
  grpcListen,
  opsListen,
  ...openAccess({ settings: config, tokenService, listen: [grpcListen, opsListen], logger }),
  scopes: logStoreScopes,
  audited: logStoreAudited,
  reflection: config.GRPC_REFLECTION,
  tls,
  propagationMs: config.STOP_PROPAGATION,
});

await runUntilSignal({
  logger,
  async start() {
    await prepareSchema(logsSchema, { url: databaseUrl, migrate: config.MIGRATE_AT_START, log: logger });
    await store.start();
    await host.start();
  },
  async stop() {
    await host.stop();
    await store.stop();
    scheduler?.close();
    tokenService?.close();
    await archive?.close();
    await pool.close();
  },
});
