import { context as otelContext, SpanKind, trace } from "@opentelemetry/api";
import { toConnectError } from "@switchyard/errors";
import { type RpcMiddleware, readRequestHeader } from "@switchyard/rpc";
import { contextBelow, failSpan, isTracing } from "@switchyard/tracing";
import { callKey } from "../telemetry/call-fields.js";

/**
 * Makes one server span per call, a child of the caller's (`traceparent`, W3C Trace Context). Costs next to nothing until
 * the process installs an OpenTelemetry SDK.
 */
export function createTracingMiddleware(name: string): RpcMiddleware {
  return (call, next) => (isTracing() ? traced(name, call, next) : next());
}

const traced = async (scope: string, call: Parameters<RpcMiddleware>[0], next: () => Promise<void>): Promise<void> => {
  const { method, context } = call;
  const parent = contextBelow(readRequestHeader(context, "traceparent"));
  const rpc = { "rpc.system": "grpc", "rpc.service": method.parent.typeName, "rpc.method": method.name };
  const options = { kind: SpanKind.SERVER, attributes: rpc };
  const span = trace.getTracer(scope).startSpan(`${method.parent.typeName}/${method.name}`, options, parent);
  const active = trace.setSpan(parent, span).setValue(callKey, context);
  try {
    await otelContext.with(active, () => next());
  } catch (error) {
    const wire = toConnectError(error, context.signal);
    span.setAttribute("rpc.grpc.status_code", wire.code);
    failSpan(span, new Error(wire.rawMessage));
    throw error;
  } finally {
    span.end();
  }
};
