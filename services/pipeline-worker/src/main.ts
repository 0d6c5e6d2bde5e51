import { createSwitchyardClient } from "@switchyard/client";
import {
  createLogger,
  createWorkerOperations,
  openClientTls,
  runUntilSignal,
  startTelemetry,
  watchRunners,
} from "@switchyard/service-kit";
import { loadWorkerProcessConfig } from "./process-config.js";
import { createPipelineWorker } from "./worker.js";

startTelemetry({ name: "pipeline-worker" });
const config = loadWorkerProcessConfig();
const logger = createLogger({ name: "pipeline-worker" });
const tls = openClientTls(config.tls, logger);
const client = createSwitchyardClient({
  // The worker calls neither scheduler nor log-store; a client must be told a place for them.
  addresses: {
    scheduler: config.runnerGatewayAddress,
    runnerGateway: config.runnerGatewayAddress,
    catalog: config.catalogAddress,
  },
  tls,
  ...(config.token === undefined ? {} : { token: config.token }),
});
const worker = createPipelineWorker({
  ...{ client, logger, settings: config.settings, name: config.name },
  ...(config.runnerId === undefined ? {} : { runnerId: config.runnerId }),
});
const operations = createWorkerOperations(config.opsListen, tls);
watchRunners(operations.registry, () => [worker.counts]);

await runUntilSignal({
  async start() {
    await operations.listen();
    await worker.start();
    operations.started();
  },
  async stop() {
    operations.stopping();
    await worker.stop(config.drainMs);
    client.close();
    await operations.stop();
  },
  // When an operator drains the worker; rejects when the gateway refuses it for good.
  ended: worker.runner.ended,
  logger,
  graceMs: config.drainMs + 30_000,
});
