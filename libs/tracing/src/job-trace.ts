import { type Attributes, type Context, context, ROOT_CONTEXT, type Span, trace } from "@opentelemetry/api";
import { isTracing } from "./present.js";
import { parseTraceparent } from "./traceparent.js";

/** The context below a `traceparent`; the root when there is none or it is malformed. */
export function contextBelow(traceparent: string | null | undefined): Context {
  const span = parseTraceparent(traceparent);
  return span === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, span);
}

/**
 * Begins a span below a `traceparent` that came with a job. Undefined without one or without an SDK: a job whose trace is not kept makes no
 * spans, wherever it goes.
 *
 * @param startTime when the work began, in milliseconds since 1970; default: now
 */
export function startSpanBelow(
  traceparent: string,
  name: string,
  attributes: () => Attributes,
  startTime?: number,
): Span | undefined {
  if (traceparent === "" || !isTracing()) return undefined;
  const parent = contextBelow(traceparent);
  if (parent === ROOT_CONTEXT) return undefined;
  const options = { attributes: attributes(), ...(startTime !== undefined && { startTime }) };
  return trace.getTracer("switchyard").startSpan(name, options, parent);
}

/** Runs code in a span, or as it is without one. */
export function inSpan<T>(span: Span | undefined, run: () => T): T {
  return span === undefined ? run() : context.with(trace.setSpan(ROOT_CONTEXT, span), run);
}
