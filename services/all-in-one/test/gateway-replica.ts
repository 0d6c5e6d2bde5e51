import {
  createHttpGateway,
  type HttpGateway,
  type HttpGatewayDeps,
  loadHttpGatewayConfig,
} from "@switchyard/http-gateway";
import type { System } from "../src/index.js";
import { testLogger } from "./test-system.js";

/** Starts another replica of a system's gateway, with settings of its own. The caller stops it. */
export async function startReplica(
  { transport }: Pick<System, "transport">,
  env: Readonly<Record<string, string>> = {},
  over: Partial<HttpGatewayDeps> = {},
): Promise<HttpGateway> {
  const config = loadHttpGatewayConfig({ HTTP_LISTEN: "127.0.0.1:0", ...env });
  const core = { scheduler: transport, runnerGateway: transport, logStore: transport, catalog: transport };
  const gateway = createHttpGateway({ ...core, config, logger: testLogger(), serveOps: false, ...over });
  await gateway.start();
  return gateway;
}
