import { type Context, context, type Span, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import { contextBelow, isTracing } from "@switchyard/tracing";
import type { FastifyInstance, FastifyRequest } from "fastify";

const scope = "http-gateway";

/**
 * Makes one server span per request, below the caller's (`traceparent`). A process without an OpenTelemetry SDK when the server is made gets no hooks at all.
 * Names and attributes: OpenTelemetry's semantic conventions for HTTP; the query, which may hold tokens, is left out.
 */
export function traceRequests(app: FastifyInstance): void {
  if (!isTracing()) return;
  const spans = new WeakMap<FastifyRequest, { readonly span: Span; readonly inside: Context }>();
  app.addHook("onRequest", (request, _reply, done) => {
    const parent = contextBelow(request.headers["traceparent"] as string | undefined);
    const span = trace.getTracer(scope).startSpan(request.method, { kind: SpanKind.SERVER }, parent);
    span.setAttribute("http.request.method", request.method);
    span.setAttribute("url.path", request.url.split("?", 1)[0] ?? "");
    const inside = trace.setSpan(parent, span);
    spans.set(request, { span, inside });
    context.with(inside, done);
  });
  // The body comes by events of the socket, which belong to no request: what follows it is led back into the trace.
  app.addHook("preValidation", (request, _reply, done) => {
    const { inside } = spans.get(request) ?? {};
    if (inside === undefined) done();
    else context.with(inside, done);
  });
  app.addHook("onResponse", (request, reply, done) => {
    const { span } = spans.get(request) ?? {};
    if (span !== undefined) endSpan(span, request, reply.statusCode);
    done();
  });
}

function endSpan(span: Span, request: FastifyRequest, status: number): void {
  const route = request.is404 ? undefined : request.routeOptions.url;
  if (route !== undefined) {
    span.updateName(`${request.method} ${route}`);
    span.setAttribute("http.route", route);
  }
  span.setAttribute("http.response.status_code", status);
  if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
  span.end();
}
