import type { DescMethod } from "@bufbuild/protobuf";
import type { StreamResponse, Transport } from "@connectrpc/connect";
import { context, type Span, SpanKind, trace } from "@opentelemetry/api";
import { type ChildSpanInit, failSpan, formatTraceparent, inChildSpan, startChildSpan } from "@switchyard/tracing";
import type { HeaderInit } from "../metadata.js";

/**
 * Makes a client span of every call within a trace, and sends it along as `traceparent`. A call outside of a trace passes as it is. The span of a stream lasts
 * until that has been read to its end, or left.
 */
export function tracedTransport(inner: Transport): Transport {
  return {
    unary: (method, signal, timeoutMs, header, input, values) => {
      if (trace.getActiveSpan() === undefined) return inner.unary(method, signal, timeoutMs, header, input, values);
      return inChildSpan(
        () => spanOf(method),
        (span) => inner.unary(method, signal, timeoutMs, headerWith(header, span), input, values),
      );
    },
    stream: async (method, signal, timeoutMs, header, input, values) => {
      if (trace.getActiveSpan() === undefined) return inner.stream(method, signal, timeoutMs, header, input, values);
      const span = startChildSpan(spanOf(method));
      try {
        const response = await context.with(trace.setSpan(context.active(), span), () =>
          inner.stream(method, signal, timeoutMs, headerWith(header, span), input, values),
        );
        return { ...response, message: untilRead(response.message, span) } as StreamResponse as typeof response;
      } catch (error) {
        failSpan(span, error);
        span.end();
        throw error;
      }
    },
  };
}

/** Names and attributes: OpenTelemetry's semantic conventions for RPC. */
function spanOf({ parent, name }: DescMethod): ChildSpanInit {
  const attributes = { "rpc.system": "grpc", "rpc.service": parent.typeName, "rpc.method": name };
  return { name: `${parent.typeName}/${name}`, kind: SpanKind.CLIENT, attributes };
}

function headerWith(header: HeaderInit | undefined, span: Span | undefined): Headers {
  const headers = new Headers(header);
  if (span !== undefined) headers.set("traceparent", formatTraceparent(span.spanContext()));
  return headers;
}

async function* untilRead<T>(messages: AsyncIterable<T>, span: Span): AsyncGenerator<T> {
  try {
    yield* messages;
  } catch (error) {
    failSpan(span, error);
    throw error;
  } finally {
    span.end();
  }
}
