import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { context, createContextKey, ROOT_CONTEXT, trace } from "@opentelemetry/api";
import { isTracing, presentSpan } from "@switchyard/tracing";
import { pino } from "pino";
import { afterEach, expect, it } from "vitest";
import { exportTroubleLog } from "./export-trouble-log.js";
import { startTelemetry, stopTelemetry } from "./start-telemetry.js";

afterEach(async () => {
  delete process.env.OTEL_EXPORTER_OTLP_ENDPOINT;
  await stopTelemetry();
});

/** An address at which nobody listens. */
async function deadEndpoint(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}`;
}

it("without an endpoint installs nothing, and carries no context along", async () => {
  startTelemetry({ name: "quiet", env: {} });
  startTelemetry({ name: "quiet", env: { OTEL_EXPORTER_OTLP_ENDPOINT: "http://x", OTEL_SDK_DISABLED: "true" } });
  expect(isTracing()).toBe(false);
  const key = createContextKey("k");
  context.with(ROOT_CONTEXT.setValue(key, 1), () => expect(context.active().getValue(key)).toBeUndefined());
});

it("carries a span over asynchronous steps, and is gone without a trace afterwards", async () => {
  process.env.OTEL_EXPORTER_OTLP_ENDPOINT = await deadEndpoint();
  startTelemetry({ name: "loud" });
  expect(isTracing()).toBe(true);
  const span = trace.getTracer("t").startSpan("work");
  await context.with(trace.setSpan(ROOT_CONTEXT, span), async () => {
    await new Promise((resolve) => setImmediate(resolve));
    expect(presentSpan()?.spanId).toBe(span.spanContext().spanId);
  });
  await stopTelemetry(100);
  expect([isTracing(), presentSpan()]).toEqual([false, undefined]);
});

it("neither fails nor waits for a receiver that is away", async () => {
  process.env.OTEL_EXPORTER_OTLP_ENDPOINT = await deadEndpoint();
  startTelemetry({ name: "alone" });
  for (let i = 0; i < 5_000; i++) trace.getTracer("t").startSpan("work").end();
  const from = performance.now();
  await stopTelemetry(300);
  expect(performance.now() - from).toBeLessThan(5_000);
});

it("says once a minute that traces cannot be sent", () => {
  const lines: string[] = [];
  let now = 0;
  const log = exportTroubleLog(pino({}, { write: (line) => void lines.push(line) }), () => now);
  for (now of [0, 30_000, 59_999, 60_000, 61_000]) log.error("connect ECONNREFUSED");
  expect(lines).toHaveLength(2);
  expect(JSON.parse(lines[0] ?? "")).toMatchObject({ level: 40, problem: "connect ECONNREFUSED" });
});
