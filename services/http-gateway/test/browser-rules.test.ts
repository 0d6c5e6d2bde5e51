import { afterEach, describe, expect, it } from "vitest";
import { httpCall } from "./cases/http-call.js";
import { type GatewayUnderTest, startGateway } from "./gateway-under-test.js";

let under: GatewayUnderTest;
afterEach(() => under.gateway.stop());

const rpc = "/rpc/switchyard.scheduler.v1.JobService/GetStatus";
const page = "https://app.example.org";
const from = (origin: string) => ({ origin });
const preflight = (origin: string) => ({
  ...{ origin, "access-control-request-method": "POST", "access-control-request-headers": "authorization" },
});
const get = (path: string, headers = {}) => httpCall(under.url, { method: "GET", path, headers });
const ask = (path: string, origin: string) =>
  httpCall(under.url, { method: "OPTIONS", path, headers: preflight(origin) });
const post = (path: string, headers = {}) =>
  httpCall(under.url, {
    method: "POST",
    path,
    headers: { "content-type": "application/json", ...headers },
    body: "{}",
  });

describe("every answer", () => {
  it.each([
    "/",
    "/docs",
    "/docs/silo",
    "/nothing",
    "/%zz",
    "/silo/health",
    "/silo/%zz",
    "/runpack/health",
    "/janitor/nothing",
  ])("of %s says what browsers must not do with it", async (path) => {
    under = await startGateway();
    const { headers } = await get(path);
    expect(headers).toMatchObject({
      ...{ "x-content-type-options": "nosniff", "referrer-policy": "no-referrer", "cache-control": "no-store" },
    });
    expect(headers).not.toHaveProperty("strict-transport-security");
    expect(headers).not.toHaveProperty("access-control-allow-credentials");
  });

  it("of /rpc does so too", async () => {
    under = await startGateway();
    const { status, headers } = await post(rpc);
    expect([status, headers["x-content-type-options"], headers["content-type"]]).toEqual([
      ...[200, "nosniff", "application/json"],
    ]);
  });

  it("demands HTTPS where a trusted proxy says that it was asked by it, and from nobody else", async () => {
    const forwarded = { "x-forwarded-proto": "https" };
    under = await startGateway({ TRUST_PROXY: "127.0.0.1" });
    expect((await get("/silo/health", forwarded)).headers).toHaveProperty("strict-transport-security");
    expect((await get("/silo/health")).headers).not.toHaveProperty("strict-transport-security");
    await under.gateway.stop();
    under = await startGateway();
    expect((await get("/silo/health", forwarded)).headers).not.toHaveProperty("strict-transport-security");
  });

  it("that is a page of the gateway's own may do nothing and stand in no frame", async () => {
    under = await startGateway();
    for (const path of ["/", "/docs"]) {
      expect((await get(path)).headers["content-security-policy"]).toMatch(
        /default-src 'none'.*frame-ancestors 'none'/,
      );
    }
    expect((await get("/silo/health")).headers).not.toHaveProperty("content-security-policy");
  });
});

describe("pages of other origins", () => {
  it("may read nothing unless they are named, but what a contract allows", async () => {
    under = await startGateway();
    for (const path of [rpc, "/docs/silo", "/silo/health", "/janitor/health", "/pipeline/health"]) {
      expect((await get(path, from(page))).headers).not.toHaveProperty("access-control-allow-origin");
    }
    expect((await get("/runpack/api/jobs", from(page))).headers["access-control-allow-origin"]).toBe("*");
    expect((await get("/task-executor/api/v1/tasks", from(page))).headers["access-control-allow-origin"]).toBe("*");
  });

  it("may call /rpc and the dialects without a rule of their own when they are named", async () => {
    under = await startGateway({ HTTP_CORS_ORIGINS: `${page}, https://other.example.org` });
    for (const path of [rpc, "/docs/silo", "/silo/health", "/silo/nothing", "/janitor/health"]) {
      const { headers } = await get(path, from(page));
      expect(headers["access-control-allow-origin"]).toBe(page);
      expect(headers.vary).toMatch(/origin/i);
      expect((await get(path, from("https://evil.example.org"))).headers).not.toHaveProperty(
        "access-control-allow-origin",
      );
    }
    for (const path of [rpc, "/silo/api/v1/jobs"]) {
      const { status, headers } = await ask(path, page);
      expect(status).toBe(204);
      expect(headers).toMatchObject({
        ...{ "access-control-allow-origin": page, "access-control-allow-headers": "authorization" },
        "access-control-allow-methods": expect.stringContaining("POST"),
      });
    }
    const call = await post(rpc, from(page));
    expect([call.status, call.headers["access-control-allow-origin"]]).toEqual([200, page]);
    expect(call.headers["access-control-expose-headers"]).toMatch(/grpc-status/i);
  });

  it("are treated by the other dialects as their contracts say, whoever is named", async () => {
    const paths = ["/runpack/api/jobs", "/task-executor/api/v1/tasks", "/pipeline/health"];
    const rules = async () => {
      const answers = await Promise.all(paths.flatMap((path) => [ask(path, page), get(path, from(page))]));
      return answers.map(({ status, headers }) => [
        status,
        ...Object.entries(headers).filter(([name]) => name.startsWith("access-control-")),
      ]);
    };
    under = await startGateway();
    const before = await rules();
    await under.gateway.stop();
    under = await startGateway({ HTTP_CORS_ORIGINS: "*" });
    expect(await rules()).toEqual(before);
    expect((await get("/silo/health", from(page))).headers["access-control-allow-origin"]).toBe("*");
  });

  it("are named by their origins alone", async () => {
    await expect(startGateway({ HTTP_CORS_ORIGINS: "https://a.example.org/" })).rejects.toThrow(/HTTP_CORS_ORIGINS/);
    under = await startGateway({ HTTP_CORS_ORIGINS: "http://localhost:3000" });
  });
});
