import { prepareSchema } from "@switchyard/postgres";
import { createGrpcTransport } from "@switchyard/rpc";
import {
  bearerOf,
  createLogger,
  createMetricsRegistry,
  createServiceHost,
  openAccess,
  openServiceTls,
  peerNameOf,
  runUntilSignal,
  startTelemetry,
} from "@switchyard/service-kit";
import { loadSchedulerConfig } from "./config.js";
import { schedulerSchema } from "./migrations/index.js";
import { createScheduler, type SchedulerDeps } from "./scheduler.js";
import { schedulerScopes } from "./scopes.js";
import { planDatabases } from "./shard-databases.js";

startTelemetry({ name: "scheduler" });
const { core, grpcListen, opsListen, reflection, settings } = loadSchedulerConfig();
const logger = createLogger({ name: "scheduler" });
const registry = createMetricsRegistry();
const tls = openServiceTls(settings, logger);
const { TOKEN_CHECK_ADDRESS: address, SWITCHYARD_SERVICE_TOKEN: token } = settings;
const interceptors = bearerOf(token);
// By their IPs, which certificates need not carry.
const connect: SchedulerDeps["connect"] = (address, keepalive) =>
  createGrpcTransport({ address, tls, serverName: peerNameOf(tls), keepalive });
const scheduler = createScheduler({ config: core, logger, registry, connect });
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
    for (const { url } of planDatabases(core))
      await prepareSchema(schedulerSchema, { url, migrate: settings.MIGRATE_AT_START, log: logger });
    await scheduler.start();
    await host.start();
    await scheduler.announce(host.grpcAddress);
  },
  async stop() {
    await scheduler.leave();
    await host.stop();
    await scheduler.stop();
    tokenService?.close();
  },
});
