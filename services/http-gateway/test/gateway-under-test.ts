import { createLogger } from "@switchyard/service-kit";
import { createHttpGateway, createProxyRoutes, type HttpGateway, loadHttpGatewayConfig } from "../src/index.js";
import { createCoreModel } from "./model/core-model.js";
import type { CoreModel } from "./model/state.js";

/** A gateway in front of a model of the core. */
export interface GatewayUnderTest {
  readonly gateway: HttpGateway;
  readonly model: CoreModel;
  /** The main listener, `http://host:port`. */
  readonly url: string;
}

/** Starts a gateway on free ports of the loopback interface. `env` adds to its environment. */
export async function startGateway(env: Record<string, string> = {}): Promise<GatewayUnderTest> {
  const { model, transports } = createCoreModel();
  const config = loadHttpGatewayConfig({ HTTP_LISTEN: "127.0.0.1:0", OPS_LISTEN: "127.0.0.1:0", ...env });
  const logger = createLogger({ name: "test", level: "silent" });
  const gateway = createHttpGateway({ ...transports, config, logger, rpcRoutes: createProxyRoutes(transports) });
  await gateway.start();
  return { gateway, model, url: `http://${gateway.addresses.http}` };
}
