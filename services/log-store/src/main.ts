import { createPool } from "@switchyard/postgres";
import { createGrpcTransport } from "@switchyard/rpc";
import {
  bearerOf,
  createAuthPolicy,
  createLogger,
  createServiceHost,
  runUntilSignal,
  traceInterceptor,
} from "@switchyard/service-kit";
import { loadLogStoreConfig } from "./config.js";
import { createLogStore } from "./log-store.js";
import { migrateLogStore } from "./migrations/index.js";
import { logStoreScopes } from "./scopes.js";

const config = loadLogStoreConfig();
const { DATABASE_URL: databaseUrl, GRPC_LISTEN: grpcListen, OPS_LISTEN: opsListen, limits } = config;
const logger = createLogger({ name: "log-store", level: config.LOG_LEVEL });
const pool = createPool({
  url: databaseUrl,
  max: config.LOG_STORE_POOL_SIZE,
  applicationName: "log-store",
  log: logger,
});
const { SCHEDULER_ADDRESS: address, SWITCHYARD_SERVICE_TOKEN: token } = config;
const interceptors = [...bearerOf(token), traceInterceptor];
const scheduler = address === undefined ? undefined : createGrpcTransport({ address, interceptors });
const store = createLogStore({ databaseUrl, pool, limits, logger, ...(scheduler && { scheduler }) });
const host = createServiceHost({
  name: "log-store",
  logger,
  routes: store.routes,
  grpcListen,
  opsListen,
  auth: createAuthPolicy({ tokens: config.SWITCHYARD_TOKENS, listen: [grpcListen, opsListen], logger }),
  scopes: logStoreScopes,
  reflection: config.GRPC_REFLECTION,
});

await runUntilSignal({
  logger,
  async start() {
    await migrateLogStore(databaseUrl, logger);
    await store.start();
    await host.start();
  },
  async stop() {
    await host.stop();
    await store.stop();
    scheduler?.close();
    await pool.close();
  },
});
