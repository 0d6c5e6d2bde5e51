import { isSpanContextValid, type SpanContext, TraceFlags } from "@opentelemetry/api";

/** Reads a `traceparent` (W3C Trace Context, level 2); undefined when it is malformed, which the standard wants to be taken for none. */
export function parseTraceparent(text: string | null | undefined): SpanContext | undefined {
  if (!text) return undefined;
  const match = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-|$)/.exec(text);
  if (match === null) return undefined;
  const [, version, traceId = "", spanId = "", flags = "00", rest] = match;
  // Later versions may say more behind the flags; this one may not.
  if (version === "ff" || (version === "00" && rest !== "")) return undefined;
  const span: SpanContext = {
    traceId,
    spanId,
    traceFlags: Number.parseInt(flags, 16) & TraceFlags.SAMPLED,
    isRemote: true,
  };
  return isSpanContextValid(span) ? span : undefined;
}

/** The `traceparent` if its trace is kept; empty for one that is not, or that is malformed. */
export function keptTraceparent(text: string): string {
  if (text === "") return "";
  const span = parseTraceparent(text);
  return span !== undefined && isSampled(span) ? formatTraceparent(span) : "";
}

/** Writes a span's place as `traceparent`. */
export function formatTraceparent({ traceId, spanId, traceFlags }: SpanContext): string {
  return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, "0")}`;
}

/** Whether the spans of a trace are kept: those of others are not worth carrying about. */
export function isSampled({ traceFlags }: SpanContext): boolean {
  return (traceFlags & TraceFlags.SAMPLED) !== 0;
}
