import { Outcome_Kind } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { afterEach, expect, test, vi } from "vitest";
import { createPoolKeeper, type PoolKeeper, type PoolKeeperOptions } from "../src/index.js";
import { createGatewayDouble } from "./gateway-double.js";

const keepers: PoolKeeper[] = [];
afterEach(async () => {
  await Promise.all(keepers.splice(0).map((keeper) => keeper.stop()));
});

function setup(first: PoolKeeperOptions["first"], gateway = createGatewayDouble()) {
  const warnings: string[] = [];
  const keeper = createPoolKeeper({
    ...{ transport: gateway.transport, namespace: "default", first, replaceDelayMs: 1 },
    name: (number) => `w${number}`,
    runnerId: (number) => `w${number}`,
    onWarning: (message) => warnings.push(message),
    profile: {
      kinds: ["*"],
      execute: ({ signal }) =>
        new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason), { once: true })),
    },
  });
  keepers.push(keeper);
  const present = () => [...gateway.present].sort();
  return { gateway, keeper, warnings, present };
}

test("begins as it is told to, follows orders, and leaves them behind", async () => {
  const { gateway, keeper, present } = setup({ size: 2, running: true });
  await keeper.start();
  expect(present()).toEqual(["w1", "w2"]);
  gateway.orderPool({ size: 3, running: true });
  await vi.waitUntil(() => gateway.present.size === 3, { timeout: 20_000 });
  gateway.submit("long", {});
  await vi.waitUntil(() => gateway.held.size === 1, { timeout: 20_000 });
  const [busy] = [...gateway.held.values()].map(({ runnerId }) => runnerId);
  gateway.orderPool({ size: 1, running: true });
  await vi.waitUntil(() => gateway.present.size === 1, { timeout: 20_000 });
  expect(present()).toEqual([busy]);
  gateway.orderPool({ size: 1, running: false });
  await vi.waitUntil(() => gateway.present.size === 0, { timeout: 20_000 });
  expect(gateway.outcomes.get("long")?.kind).toBe(Outcome_Kind.RELEASED);
  gateway.orderPool({ size: 2, running: true });
  await vi.waitUntil(() => gateway.present.size === 2, { timeout: 20_000 });
  await keeper.stop();
  expect(present()).toEqual([]);
  expect(gateway.orderedPool).toEqual({ size: 2, running: true });
});

test("what was ordered before holds, unless its own size is to hold always", async () => {
  const { gateway, keeper, present } = setup({ size: 1, running: true });
  gateway.orderPool({ size: 3, running: true });
  await keeper.start();
  expect(present()).toEqual(["w1", "w2", "w3"]);
  await keeper.stop();
  const again = setup({ size: 1, running: true, always: true }, gateway);
  await again.keeper.start();
  expect(present()).toEqual(["w1"]);
});

test("keeps the pool while the gateway is away, and comes back to it", async () => {
  const { gateway, keeper, warnings, present } = setup({ size: 2, running: true });
  await keeper.start();
  gateway.orderPool(undefined);
  await vi.waitUntil(() => warnings.length > 0 && gateway.watches > 1, { timeout: 20_000 });
  expect(present()).toEqual(["w1", "w2"]);
  gateway.orderPool({ size: 1, running: true });
  await vi.waitUntil(() => gateway.present.size === 1, { timeout: 20_000 });
});

test("stops although its start has not come to an end", async () => {
  const { gateway, keeper } = setup({ size: 1, running: true });
  const refused = new Promise<void>(() => undefined);
  gateway.holdRegistrations(refused);
  const starting = keeper.start().catch((error: unknown) => error);
  await vi.waitUntil(() => gateway.watches > 0, { timeout: 20_000 });
  await keeper.stop();
  expect(await starting).toBeInstanceOf(Error);
});
