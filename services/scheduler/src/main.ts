import { createAuthPolicy, createLogger, createServiceHost, runUntilSignal } from "@switchyard/service-kit";
import { loadSchedulerConfig } from "./config.js";
import { migrateScheduler } from "./migrations/index.js";
import { createScheduler } from "./scheduler.js";
import { schedulerScopes } from "./scopes.js";

const { core, grpcListen, opsListen, tokens, reflection } = loadSchedulerConfig();
const logger = createLogger({ name: "scheduler" });
const scheduler = createScheduler({ config: core, logger });
const host = createServiceHost({
  name: "scheduler",
  logger,
  routes: scheduler.routes,
  scopes: schedulerScopes,
  auth: createAuthPolicy({ tokens, listen: [grpcListen, opsListen], logger }),
  grpcListen,
  opsListen,
  reflection,
});

await runUntilSignal({
  logger,
  async start() {
    await migrateScheduler(core.databaseUrl);
    await scheduler.start();
    await host.start();
  },
  async stop() {
    await host.stop();
    await scheduler.stop();
  },
});
