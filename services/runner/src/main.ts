import { createGrpcTransport } from "@switchyard/rpc";
import { createLogger, loadClientTls, runUntilSignal } from "@switchyard/service-kit";
import { loadRunnerConfig } from "./config.js";
import { createRunnerService } from "./runner-service.js";

const config = loadRunnerConfig();
const logger = createLogger({ name: "runner" });
const transport = createGrpcTransport({
  address: config.gatewayAddress,
  ...(config.tls === undefined ? {} : { tls: await loadClientTls(config.tls) }),
});
const service = createRunnerService(config, { transport, logger });

// A runner also ends when an operator drains it (code 0) or when the gateway refuses it for good (code 1).
let failed = false;
let stopping = false;
service.runner.ended
  .catch((error: unknown) => {
    failed = true;
    logger.fatal({ err: error }, "the gateway refuses this runner");
  })
  .finally(() => {
    if (!stopping) process.emit("SIGTERM", "SIGTERM");
  });

await runUntilSignal({
  start: () => service.start(),
  stop: async () => {
    stopping = true;
    await service.stop();
    transport.close();
  },
  logger,
  graceMs: config.drainMs + 30_000,
  host: {
    on: (event, listener) => process.on(event, listener),
    off: (event, listener) => process.off(event, listener),
    exit: (code) => process.exit(failed ? 1 : code),
  },
});
