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
const service = createRunnerService(config, { transport, logger });
const operations = createWorkerOperations(config.opsListen, tls);
watchRunners(operations.registry, () => service.counts());

// A runner also ends when an operator drains it (code 0) or when the gateway refuses it for good (code 1).
let failed = false;
let stopping = false;
service.ended
  .catch((error: unknown) => {
    failed = true;
    logger.fatal({ err: error }, "the gateway refuses this runner");
  })
  .finally(() => {
    if (!stopping) process.emit("SIGTERM", "SIGTERM");
  });

await runUntilSignal({
  async start() {
    await operations.listen();
    await service.start();
    operations.started();
  },
  stop: async () => {
    stopping = true;
    operations.stopping();
    await service.stop();
    transport.close();
    await operations.stop();
  },
  logger,
  graceMs: config.drainMs + 30_000,
  host: {
    on: (event, listener) => process.on(event, listener),
    off: (event, listener) => process.off(event, listener),
    exit: (code) => process.exit(failed ? 1 : code),
  },
});
