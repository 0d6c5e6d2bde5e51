import { Code, ConnectError } from "@connectrpc/connect";
import { Health } from "@switchyard/proto/grpc/health/v1/health_pb";
import type { RpcCall } from "@switchyard/rpc";
import { Registry } from "prom-client";
import { expect, it } from "vitest";
import { createCallMetrics } from "./metrics.js";

const labels = { grpc_service: "grpc.health.v1.Health", grpc_method: "Check", grpc_type: "unary" };
const call = { method: Health.method.check } as unknown as RpcCall;

it("measures each call in seconds", async () => {
  const registry = new Registry();
  const metrics = createCallMetrics(registry);
  for (const ms of [0.5, 3, 40_000]) {
    metrics.onBegin?.(call);
    metrics.onEnd(call, ms, undefined);
  }
  const values = (await registry.getSingleMetric("grpc_server_handling_seconds")?.get())?.values ?? [];
  const of = (name: string, le?: number | string) =>
    values.find(
      (value) =>
        (value as { metricName?: string }).metricName === `grpc_server_handling_seconds_${name}` &&
        (value.labels as { le?: unknown }).le === le,
    )?.value;
  expect([of("bucket", 0.001), of("bucket", 0.005), of("bucket", 30), of("bucket", "+Inf")]).toEqual([1, 2, 2, 3]);
  expect([of("count"), of("sum")]).toEqual([3, 40.0035]);
});

it("counts what has begun and, by code, what has ended", async () => {
  const registry = new Registry();
  const metrics = createCallMetrics(registry);
  for (const error of [undefined, undefined, new ConnectError("", Code.NotFound)]) {
    metrics.onBegin?.(call);
    metrics.onEnd(call, 1, error);
  }
  metrics.onBegin?.(call);
  const values = async (name: string) => (await registry.getSingleMetric(name)?.get())?.values;
  expect(await values("grpc_server_started_total")).toEqual([{ labels, value: 4 }]);
  expect(await values("grpc_server_handled_total")).toEqual([
    { labels: { ...labels, grpc_code: "OK" }, value: 2 },
    { labels: { ...labels, grpc_code: "NotFound" }, value: 1 },
  ]);
});
