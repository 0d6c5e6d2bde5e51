import { payloadJson } from "@switchyard/client";
import { Outcome_Kind } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { afterEach, expect, test, vi } from "vitest";
import { createRunnerPool, type RunnerPool, type RunnerPoolOptions } from "../src/index.js";
import { createGatewayDouble } from "./gateway-double.js";

const pools: RunnerPool[] = [];
afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.stop()));
});

function setup(options: Partial<RunnerPoolOptions> = {}) {
  const gateway = createGatewayDouble();
  const pool = createRunnerPool({
    transport: gateway.transport,
    namespace: "default",
    size: 3,
    profile: {
      kinds: ["*"],
      execute: ({ input, signal }) =>
        input.json<{ wait?: boolean }>().wait
          ? new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason), { once: true }))
          : "done",
    },
    replaceDelayMs: 1,
    ...options,
  });
  pools.push(pool);
  return { gateway, pool };
}

test("keeps its size over start, scale, stop and start", async () => {
  const { gateway, pool } = setup({ runnerId: (number) => `worker-${String(number).padStart(3, "0")}-kind` });
  await pool.start();
  expect([...gateway.present].sort()).toEqual(["worker-001-kind", "worker-002-kind", "worker-003-kind"]);
  await pool.scale(5);
  expect(gateway.present.size).toBe(5);
  await pool.scale(1);
  expect(pool.runners).toHaveLength(1);
  expect(gateway.present.size).toBe(1);
  await pool.stop();
  expect(gateway.present.size).toBe(0);
  expect(pool.size).toBe(1);
  await pool.scale(2);
  expect(pool.runners).toHaveLength(0);
  await pool.start();
  expect(gateway.present.size).toBe(2);
});

test("idle runners go first; a busy one that must go gives its job back", async () => {
  const { gateway, pool } = setup();
  await pool.start();
  gateway.submit("long", { wait: true });
  await vi.waitUntil(() => gateway.held.size === 1, { timeout: 20_000 });
  await pool.scale(1);
  expect(gateway.outcomes.size).toBe(0);
  await pool.scale(0);
  expect(gateway.outcomes.get("long")?.kind).toBe(Outcome_Kind.RELEASED);
});

test("jobs are spread over the runners", async () => {
  const { gateway, pool } = setup();
  await pool.start();
  for (let i = 0; i < 20; i++) gateway.submit(`job-${i}`, {});
  await vi.waitUntil(() => gateway.outcomes.size === 20, { timeout: 20_000 });
  expect(payloadJson(gateway.outcomes.get("job-7")?.result)).toBe("done");
});

test("a runner that ended by itself is replaced", async () => {
  const { gateway, pool } = setup({ size: 2 });
  await pool.start();
  await pool.runners[0]?.stop(0);
  await vi.waitUntil(() => gateway.present.size === 2 && pool.runners.length === 2, { timeout: 20_000 });
  expect(gateway.names).toHaveLength(3);
});
