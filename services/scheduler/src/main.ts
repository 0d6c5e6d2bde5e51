import { prepareSchema } from "@switchyard/postgres";
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
import { loadSchedulerConfig } from "./config.js";
import { schedulerSchema } from "./migrations/index.js";
import { createScheduler } from "./scheduler.js";
import { schedulerScopes } from "./scopes.js";

startTelemetry({ name: "scheduler" });
const { core, grpcListen, opsListen, reflection, settings } = loadSchedulerConfig();
const logger = createLogger({ name: "scheduler" });
const registry = createMetricsRegistry();
const scheduler = createScheduler({ config: core, logger, registry });
const tls = openServiceTls(settings, logger);
const { TOKEN_CHECK_ADDRESS: address, SWITCHYARD_SERVICE_TOKEN: token } = settings;
const interceptors = bearerOf(token);
const tokenService = address === undefined ? undefined : createGrpcTransport({ address, interceptors, tls });
const host = createServiceHost({
  name: "scheduler",
  ...{ logger, registry },
  routes: scheduler.routes,
  scopes: schedulerScopes,
  ...openAccess({ settings, tokenService, listen: [grpcListen, opsListen], logger }),
  grpcListen,
  opsListen,
  reflection,
  tls,
  propagationMs: settings.STOP_PROPAGATION,
});

await runUntilSignal({
  logger,
  async start() {
    await prepareSchema(schedulerSchema, { url: core.databaseUrl, migrate: settings.MIGRATE_AT_START, log: logger });
    await scheduler.start();
    await host.start();
  },
  async stop() {
    await host.stop();
    await scheduler.stop();
    tokenService?.close();
  },
});
