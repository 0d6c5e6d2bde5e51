import { type Attributes, context, type Span, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import { takeLinks } from "./callers.js";

/** What a span is. */
export interface ChildSpanInit {
  readonly name: string;
  /** Default: work inside of this process. */
  readonly kind?: SpanKind;
  readonly attributes?: Attributes;
}

const scope = "switchyard";

/**
 * Runs work in a span below the present one, which ends when the work's promise has settled and says whether that failed. Without a present span
 * the work runs as it is, and nothing was made: background duties make no traces of their own.
 *
 * @param init is called only where there is a trace
 */
export function inChildSpan<T>(init: () => ChildSpanInit, run: (span: Span | undefined) => Promise<T>): Promise<T> {
  if (trace.getActiveSpan() === undefined) return run(undefined);
  const span = startChildSpan(init());
  return context.with(trace.setSpan(takeLinks(context.active()).context, span), () => ended(span, run(span)));
}

/** Begins a span below the present one, with links to all whose work it does. */
export function startChildSpan({ name, kind = SpanKind.INTERNAL, attributes = {} }: ChildSpanInit): Span {
  const { links, context: parent } = takeLinks(context.active());
  return trace.getTracer(scope).startSpan(name, { kind, attributes, ...(links && { links }) }, parent);
}

/** Notes on a span why its work failed. Of the error only the message: a stack belongs into the log. */
export function failSpan(span: Span, error: unknown): void {
  const message = error instanceof Error ? error.message : String(error);
  const type = error instanceof Error ? error.name : typeof error;
  span.setAttribute("error.type", type);
  span.setStatus({ code: SpanStatusCode.ERROR, message });
}

async function ended<T>(span: Span, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    failSpan(span, error);
    throw error;
  } finally {
    span.end();
  }
}
