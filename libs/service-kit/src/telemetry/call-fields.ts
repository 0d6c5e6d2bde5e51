import type { HandlerContext } from "@connectrpc/connect";
import { context, createContextKey, trace } from "@opentelemetry/api";
import { findPrincipal } from "../auth/principal.js";
import { requestIdOf } from "../middleware/request-id.js";

/** Where the present trace keeps the call that it is in. */
export const callKey = createContextKey("call");

/**
 * What a log line says of the call in which it is written: `trace_id` and `span_id` of the present span, and, inside of an RPC handler, `requestId` and
 * `principal`. Empty where there is no trace.
 */
export function callFields(): object {
  const present = context.active();
  const span = trace.getSpan(present)?.spanContext();
  if (span === undefined) return {};
  const call = present.getValue(callKey) as HandlerContext | undefined;
  const requestId = call && requestIdOf(call);
  const principal = call && findPrincipal(call)?.name;
  return {
    trace_id: span.traceId,
    span_id: span.spanId,
    ...(requestId && { requestId }),
    ...(principal !== undefined && { principal }),
  };
}
