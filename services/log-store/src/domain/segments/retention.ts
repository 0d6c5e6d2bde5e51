import type { RetentionRow, SegmentRow } from "../../store/segments.js";

/** When segments are closed and when they go. */
export interface SegmentLimits {
  /** Age at which a segment is closed, ms, if there is anything in it. */
  readonly segmentMaxAgeMs: number;
  /** Size at which a segment is closed, in bytes of the database. */
  readonly segmentMaxBytes: number;
  /** How long logs are kept after their segment was closed, ms, in namespaces that have no time of their own; 0: for ever. */
  readonly retentionMs: number;
  /** What all namespaces that have no limit of their own may take together, in bytes; their oldest segments go first. 0: no limit. */
  readonly retentionBytes: number;
  /** How long after its end a segment goes to the archive, ms. */
  readonly archiveAfterMs: number;
}

/** What is to be done about the lines. */
export interface LinePlan {
  /** Lines that get a new open segment. */
  readonly open: readonly string[];
  /** Lines whose open segment is closed and gets no successor: their namespaces share the common line again. */
  readonly close: readonly string[];
}

/** A segment is at most such a part of what its line keeps: only whole ones can go. */
const partsKept = 4;

function partOf(kept: number): number {
  return kept === 0 ? Number.POSITIVE_INFINITY : kept / partsKept;
}

/** How long and how much of a line is kept; 0: without a limit. */
function boundsOf(
  line: string,
  retention: readonly RetentionRow[],
  { retentionMs, retentionBytes }: SegmentLimits,
): { readonly maxAgeMs: number; readonly maxBytes: number } {
  const { maxAgeMs = retentionMs, maxBytes = retentionBytes } =
    retention.find(({ namespace }) => namespace === line) ?? {};
  return { maxAgeMs, maxBytes };
}

/** Decides which lines need a new segment. Pure. */
export function planLines(
  segments: readonly SegmentRow[],
  retention: readonly RetentionRow[],
  limits: SegmentLimits,
  nowMs: number,
): LinePlan {
  const wanted = new Set(["", ...retention.map(({ namespace }) => namespace)]);
  const open = segments.filter(({ closedAt }) => closedAt === undefined);
  const isFull = ({ line, createdAt, byteCount }: SegmentRow) => {
    const { maxAgeMs, maxBytes } = boundsOf(line, retention, limits);
    const openMs = Math.min(limits.segmentMaxAgeMs, partOf(maxAgeMs));
    const isLarge = byteCount >= Math.min(limits.segmentMaxBytes, partOf(maxBytes));
    return byteCount > 0 && (isLarge || nowMs - createdAt.getTime() >= openMs);
  };
  const present = new Map(open.map((segment) => [segment.line, segment]));
  return {
    open: [...wanted].filter((line) => {
      const segment = present.get(line);
      return segment === undefined || isFull(segment);
    }),
    close: open.map(({ line }) => line).filter((line) => !wanted.has(line)),
  };
}

/** The closed segments that are not kept any longer, the oldest first: those that are too old, and of each line those that are too much. Pure. */
export function expiredSegments(
  segments: readonly SegmentRow[],
  retention: readonly RetentionRow[],
  limits: SegmentLimits,
  nowMs: number,
): readonly SegmentRow[] {
  const expired: SegmentRow[] = [];
  for (const line of new Set(segments.map((segment) => segment.line))) {
    const { maxAgeMs, maxBytes } = boundsOf(line, retention, limits);
    const own = segments.filter((segment) => segment.line === line);
    let bytes = own.reduce((sum, { byteCount }) => sum + byteCount, 0);
    for (const segment of own) {
      if (segment.closedAt === undefined) continue;
      const isOld = maxAgeMs > 0 && nowMs - segment.closedAt.getTime() >= maxAgeMs;
      const isTooMuch = maxBytes > 0 && bytes > maxBytes;
      if (!isOld && !isTooMuch) continue;
      expired.push(segment);
      bytes -= segment.byteCount;
    }
  }
  return expired;
}
