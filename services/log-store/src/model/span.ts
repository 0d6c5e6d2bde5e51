/** A stretch of a stream that lies in one segment; it ends where the next one begins. */
export interface Span {
  readonly segment: number;
  /** First sequence number. */
  readonly from: number;
}

/** How the spans of a stream stand in its row. */
export interface SpanColumns {
  readonly first_segment: number;
  readonly later_segments: readonly number[] | null;
  readonly later_starts: readonly number[] | null;
}

/** The spans of a stream, in order; nearly always one. */
export function spansOf({ first_segment, later_segments, later_starts }: SpanColumns): readonly Span[] {
  const first = { segment: first_segment, from: 0 };
  if (later_segments === null) return [first];
  return [first, ...later_segments.map((segment, i) => ({ segment, from: later_starts?.[i] ?? 0 }))];
}

/** A part of a stream within one segment. */
export interface SpanPart extends Span {
  /** Sequence number behind the last one. */
  readonly before: number;
}

/** The parts of a range of a stream, segment by segment, in rising order; none of an empty range. */
export function cutBySpans(spans: readonly Span[], from: number, before: number): readonly SpanPart[] {
  const parts: SpanPart[] = [];
  for (const [i, span] of spans.entries()) {
    const part = {
      segment: span.segment,
      from: Math.max(from, span.from),
      before: Math.min(before, spans[i + 1]?.from ?? Number.POSITIVE_INFINITY),
    };
    if (part.from < part.before) parts.push(part);
  }
  return parts;
}
