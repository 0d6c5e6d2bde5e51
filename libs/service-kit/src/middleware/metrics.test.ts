import { Code, ConnectError } from "@connectrpc/connect";
import { Health } from "@switchyard/proto/grpc/health/v1/health_pb";
import type { RpcCall } from "@switchyard/rpc";
import { Histogram, Registry } from "prom-client";
import { expect, it } from "vitest";
import { secondsBounds } from "./call-figures.js";
import { createCallMetrics } from "./metrics.js";

const labels = { grpc_service: "grpc.health.v1.Health", grpc_method: "Check", grpc_type: "unary" };
const call = { method: Health.method.check } as unknown as RpcCall;

it("reads as a histogram of prom-client does, each time that it is read", async () => {
  const [ours, theirs] = [new Registry(), new Registry()];
  const metrics = createCallMetrics(ours);
  const seconds = new Histogram({
    name: "grpc_server_handling_seconds",
    help: "Time from the beginning of a call to its end, held calls and streams included.",
    labelNames: ["grpc_service", "grpc_method", "grpc_type"],
    buckets: [...secondsBounds],
    registers: [theirs],
  });
  for (const ms of [0.5, 1, 3, 70, 40_000]) {
    metrics.onBegin?.(call);
    metrics.onEnd(call, ms, undefined);
    seconds.observe(labels, ms / 1000);
    const name = "grpc_server_handling_seconds";
    expect(await ours.getSingleMetricAsString(name)).toBe(await theirs.getSingleMetricAsString(name));
  }
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
