import type { HttpGateway } from "@switchyard/http-gateway";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { startReplica } from "./gateway-replica.js";
import { restCaller } from "./rest-caller.js";
import { startTestSystem, type TestSystem } from "./test-system.js";

// The two things that an operator may put in front of the dialect; neither is there by default.
let system: TestSystem;
const gateways: HttpGateway[] = [];

beforeAll(async () => {
  system = await startTestSystem({ MANAGED_RUNNERS: "0", NUM_INTERNAL_WORKERS: "0" });
});
afterEach(async () => {
  await Promise.all(gateways.splice(0).map((gateway) => gateway.stop()));
});
afterAll(() => system.stop());

/** Another replica of the gateway with settings of its own. */
async function replica(env: Record<string, string>) {
  const gateway = await startReplica(system, env);
  gateways.push(gateway);
  return restCaller(() => `http://${gateway.addresses.http}/task-executor`);
}

describe("a token", () => {
  it("is asked of every request but probes and preflights", async () => {
    const call = await replica({ TASK_EXECUTOR_TOKEN: "a-token-of-the-operator" });
    const asked = (authorization: string) => call("GET", "/api/v1/tasks", undefined, { authorization });
    for (const wrong of ["", "Bearer", "Bearer a-token", "Basic a-token-of-the-operator", "a-token-of-the-operator"]) {
      const { status, headers, body } = await asked(wrong);
      expect([wrong, status, headers.get("www-authenticate")]).toEqual([wrong, 401, "Bearer"]);
      expect(body).toEqual({ detail: expect.any(String), type: "unauthorized", request_id: expect.any(String) });
    }
    expect((await asked("Bearer a-token-of-the-operator")).status).toBe(200);
    expect((await call("POST", "/api/v1/tasks", { problem_id: "p" })).status).toBe(401);
    expect((await call("GET", "/nowhere")).status).toBe(401);
    expect((await call("GET", "/health")).status).toBe(200);
    expect((await call("GET", "/ready")).status).toBe(200);
    const preflight = { origin: "http://page", "access-control-request-method": "GET" };
    expect((await call("OPTIONS", "/api/v1/tasks", undefined, preflight)).status).toBe(204);
  });
});

describe("a rate", () => {
  it("is counted for each client address, over all replicas", async () => {
    const env = { TASK_EXECUTOR_RATE_LIMIT: "4", TRUST_PROXY: "true" };
    const [one, other] = [await replica(env), await replica(env)];
    const from = (address: string, call = one) =>
      call("GET", "/api/v1/tasks?limit=1", undefined, { "x-forwarded-for": address });
    const answers = [];
    for (const call of [one, other, one, other, one, other]) answers.push(await from("192.0.2.1", call));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 429, 429]);
    const refused = answers.at(-1);
    expect(refused?.body).toMatchObject({ type: "rate_limited", detail: expect.any(String) });
    const wait = Number(refused?.headers.get("retry-after"));
    expect(wait).toBeGreaterThanOrEqual(1);
    expect(wait).toBeLessThanOrEqual(60);
    expect((await from("192.0.2.2")).status).toBe(200);
    expect((await one("GET", "/health", undefined, { "x-forwarded-for": "192.0.2.1" })).status).toBe(200);
  });
});
