import { describe, expect, it } from "vitest";
import { loadHttpGatewayConfig } from "../../config.js";

const configOf = (env: Record<string, string> = {}) => loadHttpGatewayConfig(env).dialects.runpack;

describe("the dialect's settings", () => {
  it("are closed and by the contract where nothing is set", () => {
    expect(configOf()).toEqual({
      ...{ listen: undefined, namespace: "runpack", trustProxy: false, relay: undefined },
      ...{ keys: { submit: [], runner: [], admin: [] }, heartbeatTimeoutMs: 90_000, runnerActiveMs: 300_000 },
      ...{ publicJobDetail: false, checkResultUrls: false, resultHosts: [] },
    });
  });

  it("read lists, switches and times", () => {
    const env = { SUBMIT_API_KEY: "a, b,", RUNPACK_PUBLIC_JOB_DETAIL: "1", RUNPACK_CHECK_RESULT_URLS: "0" };
    expect(configOf({ ...env, TRUST_PROXY: "1", RUNPACK_RESULT_HOSTS: "A.example, *.B" })).toMatchObject({
      ...{ keys: { submit: ["a", "b"] }, publicJobDetail: true, checkResultUrls: false, trustProxy: true },
      resultHosts: ["a.example", "*.b"],
    });
    expect(configOf({ RUNPACK_HEARTBEAT_TIMEOUT_MS: "500" }).heartbeatTimeoutMs).toBe(1_000);
    expect(() => configOf({ RUNPACK_HEARTBEAT_TIMEOUT_MS: "0" })).toThrow("RUNPACK_HEARTBEAT_TIMEOUT_MS");
  });

  it("announce jobs only with both of the relay's settings", () => {
    const relay = { NOTIFY_RELAY_BASE_URL: "https://relay.example/x/", NOTIFY_RELAY_PUBLISH_KEY: "k" };
    expect(configOf(relay).relay).toEqual({ baseUrl: "https://relay.example/x", publishKey: "k" });
    expect(configOf({ ...relay, NOTIFY_RELAY_PUBLISH_KEY: "" }).relay).toBeUndefined();
    expect(configOf({ ...relay, NOTIFY_RELAY_BASE_URL: "" }).relay).toBeUndefined();
    expect(() => configOf({ NOTIFY_RELAY_BASE_URL: "file:///x" })).toThrow("NOTIFY_RELAY_BASE_URL");
  });
});
