import type { Interceptor } from "@connectrpc/connect";
import {
  type Context,
  context as otelContext,
  ProxyTracerProvider,
  ROOT_CONTEXT,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  trace,
} from "@opentelemetry/api";
import { toConnectError } from "@switchyard/errors";
import { type RpcMiddleware, readRequestHeader } from "@switchyard/rpc";

/**
 * Makes one server span per call, a child of the caller's (`traceparent`, W3C Trace Context). Costs next to nothing until
 * the process installs an OpenTelemetry SDK.
 */
export function createTracingMiddleware(name: string): RpcMiddleware {
  const tracer = trace.getTracer(name);
  const traced: RpcMiddleware = async ({ method, context }, next) => {
    const parent = remoteParent(readRequestHeader(context, "traceparent"));
    const rpc = { "rpc.system": "grpc", "rpc.service": method.parent.typeName, "rpc.method": method.name };
    const options = { kind: SpanKind.SERVER, attributes: rpc };
    const span = tracer.startSpan(`${method.parent.typeName}/${method.name}`, options, parent);
    // Without an SDK there is nothing to carry along.
    if (!trace.isSpanContextValid(span.spanContext())) return next();
    try {
      await otelContext.with(trace.setSpan(parent, span), () => next());
    } catch (error) {
      const wire = toConnectError(error, context.signal);
      span.setAttribute("rpc.grpc.status_code", wire.code);
      span.setStatus({ code: SpanStatusCode.ERROR, message: wire.rawMessage });
      throw error;
    } finally {
      span.end();
    }
  };
  return (call, next) => (hasTracer(name) ? traced(call, next) : next());
}

/** Whether an SDK is installed; until then, the provider of the API has nobody to hand tracers on from. */
function hasTracer(name: string): boolean {
  const provider = trace.getTracerProvider();
  return !(provider instanceof ProxyTracerProvider) || provider.getDelegateTracer(name) !== undefined;
}

/** Sends the active span along with every call of a client, as `traceparent`. */
export const traceInterceptor: Interceptor = (next) => (request) => {
  const span = trace.getActiveSpan()?.spanContext();
  if (span !== undefined && trace.isSpanContextValid(span)) request.header.set("traceparent", formatTraceparent(span));
  return next(request);
};

/** The context that a `traceparent` header describes; the root when there is none or it is malformed. */
export function remoteParent(traceparent: string | null): Context {
  const match = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})/.exec(traceparent ?? "");
  if (match === null || traceparent?.startsWith("ff")) return ROOT_CONTEXT;
  const [, traceId = "", spanId = "", flags = "00"] = match;
  const span: SpanContext = {
    traceId,
    spanId,
    traceFlags: Number.parseInt(flags, 16) & TraceFlags.SAMPLED,
    isRemote: true,
  };
  return trace.isSpanContextValid(span) ? trace.setSpanContext(ROOT_CONTEXT, span) : ROOT_CONTEXT;
}

function formatTraceparent({ traceId, spanId, traceFlags }: SpanContext): string {
  return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, "0")}`;
}
