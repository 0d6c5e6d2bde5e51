import { isSpanContextValid, ProxyTracerProvider, type SpanContext, trace } from "@opentelemetry/api";
import { formatTraceparent, isSampled } from "./traceparent.js";

/**
 * Whether the process has an OpenTelemetry SDK. Without one nothing here does more than ask, and no context is carried from one
 * asynchronous step to the next.
 */
export function isTracing(): boolean {
  const provider = trace.getTracerProvider();
  // Until an SDK is installed, the provider of the API has nobody to hand tracers on from.
  return !(provider instanceof ProxyTracerProvider) || provider.getDelegateTracer("switchyard") !== undefined;
}

/** The span in which the present code runs; undefined when there is none. Costs a few nanoseconds without an SDK. */
export function presentSpan(): SpanContext | undefined {
  const span = trace.getActiveSpan()?.spanContext();
  return span !== undefined && isSpanContextValid(span) ? span : undefined;
}

/** The present span as `traceparent` if it is kept; empty otherwise. What is stored or sent along for later costs nothing then. */
export function presentTraceparent(): string {
  const span = presentSpan();
  return span !== undefined && isSampled(span) ? formatTraceparent(span) : "";
}
