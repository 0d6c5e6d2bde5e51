import { createGrpcTransport } from "@switchyard/rpc";
import {
  createLogger,
  createWorkerOperations,
  openClientTls,
  runUntilSignal,
  startTelemetry,
  watchRunners,
} from "@switchyard/service-kit";
import { loadRunnerConfig } from "./config.js";
import { createRunnerService } from "./runner-service.js";

startTelemetry({ name: "runner" });
const config = loadRunnerConfig();
const logger = createLogger({ name: "runner" });
const tls = openClientTls(config.tls, logger);
const transport = createGrpcTransport({ address: config.gatewayAddress, tls });
const location = { address: config.gatewayAddress, tls };
const service = createRunnerService(config, { transport, location, logger });
const operations = createWorkerOperations(config.opsListen, tls);
watchRunners(operations.registry, () => service.counts());

await runUntilSignal({
  async start() {
    await operations.listen();
    await service.start();
    operations.started();
  },
  async stop() {
    operations.stopping();
    await service.stop();
    transport.close();
    await operations.stop();
  },
  // When an operator drains the runner; rejects when the gateway refuses it for good.
  ended: service.ended,
  logger,
  graceMs: config.drainMs + 30_000,
});
