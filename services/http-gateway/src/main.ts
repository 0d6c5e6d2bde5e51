import {
  createLogger,
  createMetricsRegistry,
  openServiceTls,
  runUntilSignal,
  startTelemetry,
} from "@switchyard/service-kit";
import { loadCoreAddresses, loadHttpGatewayConfig } from "./config.js";
import { connectCore } from "./core/connect-core.js";
import { createHttpGateway } from "./http-gateway.js";
import { createProxyRoutes } from "./rpc/proxy-routes.js";

startTelemetry({ name: "http-gateway" });
const logger = createLogger({ name: "http-gateway" });
const config = loadHttpGatewayConfig();
const addresses = loadCoreAddresses();

const tls = openServiceTls(addresses.tls, logger);
const registry = createMetricsRegistry();
const core = connectCore({ ...addresses, tls, registry });
const gateway = createHttpGateway({
  ...{ ...core.own, config, logger, tls, registry },
  rpcRoutes: createProxyRoutes(core.proxied),
});

await runUntilSignal({
  logger,
  start: () => gateway.start(),
  async stop() {
    await gateway.stop();
    core.close();
  },
});
