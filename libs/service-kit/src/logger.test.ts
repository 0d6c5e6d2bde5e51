import { context, ROOT_CONTEXT, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { afterEach, expect, it } from "vitest";
import { createLogger } from "./logger.js";

afterEach(() => context.disable());

function collect() {
  const lines: Record<string, unknown>[] = [];
  const destination = { write: (line: string) => void lines.push(JSON.parse(line)) };
  return { lines, logger: createLogger({ name: "svc", level: "info", destination }) };
}

it("names the trace in which a line is written, in children too", () => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  const { lines, logger } = collect();
  const span = { traceId: "0af7651916cd43dd8448eb211c80319c", spanId: "b7ad6b7169203331", traceFlags: 1 };
  context.with(trace.setSpanContext(ROOT_CONTEXT, span), () => logger.child({ service: "part" }).info("inside"));
  logger.info("outside");
  expect(lines[0]).toMatchObject({ name: "svc", service: "part", trace_id: span.traceId, span_id: span.spanId });
  expect(lines[1]).not.toHaveProperty("trace_id");
});

it("blackens what carries secrets", () => {
  const { lines, logger } = collect();
  logger.info({ token: "t", nested: { password: "p" } }, "said");
  expect(lines[0]).toMatchObject({ token: "[redacted]", nested: { password: "[redacted]" } });
});
