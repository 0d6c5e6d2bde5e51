import { Code, ConnectError, type Transport } from "@connectrpc/connect";
import { createLogger } from "@switchyard/service-kit";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createHttpGateway, type HttpGateway, loadHttpGatewayConfig } from "../src/index.js";
import { httpCall } from "./cases/http-call.js";

// The core is away as a whole: what a caller hears is that, and never that its token is wrong.
let gateway: HttpGateway;

beforeAll(async () => {
  const away = async (): Promise<never> => {
    throw new ConnectError("connect ECONNREFUSED 10.0.0.1:7401", Code.Unavailable);
  };
  const transport: Transport = { unary: away, stream: away };
  const config = loadHttpGatewayConfig({
    ...{ HTTP_LISTEN: "127.0.0.1:0", HTTP_GATEWAY_CORE_TIMEOUT_MS: "50" },
    SILO_TOKENS: '[{"token":"silo_admin","user":"ada","role":"admin"}]',
  });
  gateway = createHttpGateway({
    ...{ scheduler: transport, runnerGateway: transport, logStore: transport, catalog: transport },
    ...{ config, logger: createLogger({ name: "test", level: "silent" }), serveOps: false },
  });
  await gateway.start();
});
afterAll(() => gateway.stop());

const runnerToken = `silo_runner_${"0".repeat(64)}`;

it.each([
  ["GET", "/api/jobs", "silo_admin"],
  ["GET", "/api/jobs/7b0c5a0e-8f0e-4c54-9a9a-3f2f5d5f8a11", "silo_admin"],
  ["GET", "/api/job-definitions", "silo_admin"],
  ["GET", "/api/runners", "silo_admin"],
  ["GET", "/api/events", "silo_admin"],
  ["GET", "/api/items/p/dag", "silo_admin"],
  ["GET", "/api/jobs", runnerToken],
  ["POST", "/api/runner/heartbeat", runnerToken],
  ["POST", "/api/runner/claim", runnerToken],
])("%s %s is answered with 503", async (method, path, token) => {
  const headers = { authorization: `Bearer ${token}` };
  const { status, text } = await httpCall(`http://${gateway.addresses.http}/silo`, { method, path, headers });
  expect([status, JSON.parse(text)]).toEqual([503, expect.objectContaining({ error: "unavailable" })]);
  expect(text).not.toContain("10.0.0.1");
});

it("says so on the readiness probe", () => {
  expect(gateway.readiness.blockers).toContain("preparing silo");
});
