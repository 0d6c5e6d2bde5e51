import { type ClosableTransport, createGrpcTransport } from "@switchyard/rpc";
import { bearerOf, createLogger, openServiceTls, runUntilSignal, startTelemetry } from "@switchyard/service-kit";
import { type CoreAddresses, loadCoreAddresses, loadHttpGatewayConfig } from "./config.js";
import { createHttpGateway } from "./http-gateway.js";
import { createProxyRoutes } from "./rpc/proxy-routes.js";

startTelemetry({ name: "http-gateway" });
const logger = createLogger({ name: "http-gateway" });
const config = loadHttpGatewayConfig();
const addresses = loadCoreAddresses();

const tls = openServiceTls(addresses.tls, logger);

// Calls under /rpc carry their caller's token, so they take transports that have none.
const own = connect(addresses, addresses.serviceToken);
const proxied = connect(addresses, undefined);
const gateway = createHttpGateway({ ...own, config, logger, tls, rpcRoutes: createProxyRoutes(proxied) });

await runUntilSignal({
  logger,
  start: () => gateway.start(),
  async stop() {
    await gateway.stop();
    for (const transport of [...Object.values(own), ...Object.values(proxied)]) transport.close();
  },
});

function connect(core: CoreAddresses, token: string | undefined) {
  const interceptors = bearerOf(token);
  const to = (address: readonly string[]): ClosableTransport => createGrpcTransport({ address, interceptors, tls });
  return {
    scheduler: to(core.scheduler),
    runnerGateway: to(core.runnerGateway),
    logStore: to(core.logStore),
    catalog: to(core.catalog),
  };
}
