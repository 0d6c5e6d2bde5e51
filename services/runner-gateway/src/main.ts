import { createPool } from "@switchyard/postgres";
import { createGrpcTransport } from "@switchyard/rpc";
import {
  bearerOf,
  createAuthPolicy,
  createLogger,
  createServiceHost,
  firstOf,
  runUntilSignal,
  traceInterceptor,
} from "@switchyard/service-kit";
import { loadRunnerGatewayConfig } from "./config.js";
import { migrateRunnerGateway } from "./migrations/index.js";
import { createRunnerGateway } from "./runner-gateway.js";
import { runnerGatewayScopes } from "./transport/scopes.js";

const config = loadRunnerGatewayConfig(process.env);
const logger = createLogger({ name: "runner-gateway", level: config.LOG_LEVEL });
const { DATABASE_URL: databaseUrl, SWITCHYARD_SERVICE_TOKEN: serviceToken } = config;

const interceptors = [...bearerOf(serviceToken), traceInterceptor];
const scheduler = createGrpcTransport({ address: config.SCHEDULER_ADDRESS, interceptors });
const logStore = createGrpcTransport({ address: config.LOG_STORE_ADDRESS, interceptors });
const pool = createPool({
  url: databaseUrl,
  max: config.DATABASE_POOL_MAX,
  applicationName: "runner-gateway",
  log: logger,
});

const settings = { pendingMs: config.RUNNER_PENDING_MS };
const gateway = createRunnerGateway({ pool, databaseUrl, scheduler, logStore, logger, settings });
const listen = [config.GRPC_LISTEN, config.OPS_LISTEN];
const policy = createAuthPolicy({ tokens: config.SWITCHYARD_TOKENS, listen, logger });
const host = createServiceHost({
  name: "runner-gateway",
  logger,
  routes: gateway.routes,
  grpcListen: config.GRPC_LISTEN,
  opsListen: config.OPS_LISTEN,
  auth: { ...policy, authenticator: firstOf(policy.authenticator, gateway.authenticator) },
  scopes: runnerGatewayScopes,
  callsPerPrincipal: config.RUNNER_CALLS_PER_TOKEN,
});

await runUntilSignal({
  logger,
  start: async () => {
    await migrateRunnerGateway(databaseUrl, logger);
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
    await pool.close();
  },
});
