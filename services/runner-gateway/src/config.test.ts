import { expect, it } from "vitest";
import { loadRunnerGatewayConfig } from "./config.js";

it("needs only the database", () => {
  const config = loadRunnerGatewayConfig({ DATABASE_URL: "postgres://x" });
  expect(config).toMatchObject({
    GRPC_LISTEN: "127.0.0.1:7402",
    SCHEDULER_ADDRESS: ["127.0.0.1:7401"],
    RUNNER_PENDING_MS: 3_000,
    CALLS_IN_FLIGHT: 20_000,
  });
});

it("names every problem at once", () => {
  expect(() => loadRunnerGatewayConfig({ GRPC_LISTEN: "nowhere", RUNNER_PENDING_MS: "soon" })).toThrow(
    /DATABASE_URL[\s\S]*GRPC_LISTEN[\s\S]*RUNNER_PENDING_MS/,
  );
});
