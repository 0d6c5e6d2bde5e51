import { Code, ConnectError, type Transport } from "@connectrpc/connect";
import { createLogger } from "@switchyard/service-kit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createHttpGateway, type HttpGateway, loadHttpGatewayConfig } from "../src/index.js";
import { httpCall } from "./cases/http-call.js";

// The core is away as a whole: each endpoint has words of its own for that, and the ones that pages poll answer as they did
// when the old service had lost its Redis.
let gateway: HttpGateway;

beforeAll(async () => {
  const away = async (): Promise<never> => {
    throw new ConnectError("connect ECONNREFUSED 10.0.0.1:7401", Code.Unavailable);
  };
  const transport: Transport = { unary: away, stream: away };
  const config = loadHttpGatewayConfig({ HTTP_LISTEN: "127.0.0.1:0", HTTP_GATEWAY_CORE_TIMEOUT_MS: "50" });
  gateway = createHttpGateway({
    ...{ scheduler: transport, runnerGateway: transport, logStore: transport, catalog: transport },
    ...{ config, logger: createLogger({ name: "test", level: "silent" }), serveOps: false },
  });
  await gateway.start();
});
afterAll(() => gateway.stop());

async function ask(method: string, path: string) {
  const headers = { authorization: "Bearer any" };
  const call = { method, path, headers, ...(method === "POST" ? { body: "{}" } : {}) };
  const { status, text } = await httpCall(`http://${gateway.addresses.http}/pipeline`, call);
  expect(text).not.toContain("10.0.0.1");
  return { status, body: JSON.parse(text) as Record<string, unknown> };
}

describe("without a core", () => {
  it.each([
    ["POST", "/queue/q_0123456789ab/retry", "Queue not configured"],
    ["POST", "/queue/q_0123456789ab/cancel", "Queue not configured"],
    ["POST", "/queue/q_0123456789ab/dismiss", "Queue not configured"],
    ["POST", "/queue/cleanup", "Queue manager not available"],
    ["POST", "/queue/clear", "Queue manager not available"],
    ["GET", "/api/logs/op_generate-cv_0123456789ab", "Log service unavailable (Redis not connected)"],
    ["GET", "/api/logs/op_generate-cv_0123456789ab/status", "Log service unavailable (Redis not connected)"],
    ["GET", "/operations/op_generate-cv_0123456789ab", "Log service unavailable (Redis not connected)"],
    ["POST", "/api/jobs/x/generate-cv/start", "Service temporarily unavailable"],
    ["GET", "/jobs/0123456789abcdef0123456789abcdef/status", "Service temporarily unavailable"],
  ])("%s %s is answered with 503", async (method, path, detail) => {
    expect(await ask(method, path)).toEqual({ status: 503, body: { detail } });
  });

  it("the queue is empty and said to be off", async () => {
    expect(await ask("GET", "/queue/state")).toMatchObject({
      status: 200,
      body: { pending: [], running: [], failed: [], history: [], queue_enabled: false, state_version: "0" },
    });
    expect(await ask("GET", "/queue/item/x")).toEqual({ status: 200, body: { found: false, queue_enabled: false } });
    expect(await ask("POST", "/api/jobs/x/operations/extract/queue")).toMatchObject({
      ...{ status: 200, body: { success: false, status: "failed", error: "Queue not configured" } },
    });
  });

  it("the service lives, and says what is wrong", async () => {
    expect(await ask("GET", "/health")).toMatchObject({
      ...{ status: 200, body: { status: "healthy", active_runs: 0, pdf_service_status: "unknown" } },
    });
    expect(await ask("GET", "/diagnostics")).toMatchObject({
      status: 200,
      body: {
        mongodb: { status: "unhealthy" },
        redis: { status: "unhealthy" },
        system_health: { status: "unhealthy" },
      },
    });
    expect(gateway.readiness.blockers).toContain("preparing pipeline");
  });
});
