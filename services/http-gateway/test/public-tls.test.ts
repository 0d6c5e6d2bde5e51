import { request } from "node:https";
import { createTestAuthority, eventually, temporaryDirectory, writeTlsFiles } from "@switchyard/testkit";
import { afterEach, beforeEach, expect, it } from "vitest";
import WebSocket from "ws";
import { loadHttpGatewayConfig } from "../src/index.js";
import { type GatewayUnderTest, startGateway } from "./gateway-under-test.js";

let under: GatewayUnderTest;
let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
let ca: string;
beforeEach(async () => {
  directory = await temporaryDirectory();
  const authority = await createTestAuthority();
  ({ ca } = authority);
  const paths = await writeTlsFiles(directory.path, await authority.issue());
  under = await startGateway({
    ...{ HTTP_TLS_CERT_PATH: paths.cert, HTTP_TLS_KEY_PATH: paths.key, TLS_RELOAD_INTERVAL: "20ms" },
    DIALECT_SILO_LISTEN: "127.0.0.1:0",
  });
});
afterEach(async () => {
  await under.gateway.stop();
  await directory.remove();
});

function get(address: string, path: string, options = {}): Promise<{ status: number; headers: object }> {
  const [host, port] = address.split(":");
  return new Promise((resolve, reject) => {
    request({ host, port, path, ca, agent: false, ...options }, (response) => {
      response.resume();
      resolve({ status: response.statusCode ?? 0, headers: response.headers });
    })
      .on("error", reject)
      .end();
  });
}

it("encrypts the main listener and those of the dialects, and demands it from then on", async () => {
  const { http, dialects } = under.gateway.addresses;
  for (const address of [http, dialects["silo"] ?? ""]) {
    const answer = await get(address, "/docs");
    expect(answer.status).toBe(200);
    expect(answer.headers).toMatchObject({ "strict-transport-security": "max-age=31536000" });
    await expect(fetch(`http://${address}/docs`)).rejects.toThrow();
  }
});

it("serves clients that know TLS 1.2, and none that are older", async () => {
  const { http } = under.gateway.addresses;
  expect((await get(http, "/docs", { maxVersion: "TLSv1.2" })).status).toBe(200);
  await expect(get(http, "/docs", { minVersion: "TLSv1", maxVersion: "TLSv1.1" })).rejects.toThrow();
});

it("takes upgrades: WebSocket, and offers of another protocol that it leaves alone", async () => {
  const { http } = under.gateway.addresses;
  const headers = { connection: "Upgrade, HTTP2-Settings", upgrade: "h2c", "http2-settings": "" };
  expect((await get(http, "/docs", { headers })).status).toBe(200);
  const socket = new WebSocket(`wss://${http}/nothing`, { ca });
  const status = await new Promise((resolve) => {
    socket.on("unexpected-response", (_, response) => resolve(response.statusCode));
    socket.on("error", resolve);
  });
  expect(status).toBe(404);
});

it("shows a renewed certificate without a restart", async () => {
  const { http } = under.gateway.addresses;
  const next = await createTestAuthority();
  await writeTlsFiles(directory.path, await next.issue());
  await eventually(() => get(http, "/docs", { ca: next.ca }));
  await expect(get(http, "/docs")).rejects.toThrow();
  const text = await under.gateway.registry.metrics();
  expect(text).toMatch(/switchyard_tls_certificate_expiry_timestamp_seconds\{use="http",file="cert"\} \d+/);
  expect(text).toMatch(/switchyard_tls_reloads_total\{use="http",result="renewed"\} [1-9]/);
});

it("takes certificate and key together", () => {
  expect(() => loadHttpGatewayConfig({ HTTP_TLS_KEY_PATH: "/k" })).toThrow("HTTP_TLS_CERT_PATH: is needed with");
  expect(() => loadHttpGatewayConfig({ HTTP_TLS_CERT_PATH: "/c" })).toThrow("HTTP_TLS_KEY_PATH: is needed with");
});
