import {
  type Context,
  context,
  createContextKey,
  type Link,
  ROOT_CONTEXT,
  type SpanContext,
  trace,
} from "@opentelemetry/api";

/** The span on whose behalf something waits for a shared call or commit; undefined for none. */
export type Caller = SpanContext | undefined;

const linksKey = createContextKey("links of the next span");
/** An SDK drops more than so many (`OTEL_SPAN_LINK_COUNT_LIMIT`). */
const mostLinks = 128;

/**
 * Runs the work that several callers share: below the span of the first one, and the next span that begins there has links to those of the others. Without callers
 * it runs in no trace at all, and not in that of whoever happened to start the loop.
 */
export function withCallers<Item, T>(items: readonly Item[], callerOf: (item: Item) => Caller, run: () => T): T {
  const distinct = distinctSpans(items, callerOf);
  const [first, ...others] = distinct;
  if (first === undefined) return outsideTraces(run);
  const below = trace.setSpanContext(ROOT_CONTEXT, first);
  const links = others.slice(0, mostLinks).map((span): Link => ({ context: span }));
  return context.with(links.length === 0 ? below : below.setValue(linksKey, links), run);
}

/** Runs work that belongs to nobody in particular, such as what a timer does that some call has set. */
export function outsideTraces<T>(run: () => T): T {
  return trace.getActiveSpan() === undefined ? run() : context.with(ROOT_CONTEXT, run);
}

/** The links that {@link withCallers} left for the next span. */
export function takeLinks(from: Context): { readonly links?: Link[]; readonly context: Context } {
  const links = from.getValue(linksKey) as Link[] | undefined;
  return links === undefined ? { context: from } : { links, context: from.deleteValue(linksKey) };
}

function distinctSpans<Item>(items: readonly Item[], callerOf: (item: Item) => Caller): SpanContext[] {
  const distinct: SpanContext[] = [];
  let seen: Set<string> | undefined;
  for (const item of items) {
    const caller = callerOf(item);
    if (caller === undefined) continue;
    seen ??= new Set();
    if (seen.has(caller.spanId)) continue;
    seen.add(caller.spanId);
    distinct.push(caller);
  }
  return distinct;
}
