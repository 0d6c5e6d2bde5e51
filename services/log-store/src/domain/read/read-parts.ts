import { type LogRecord, microsOf, weightOf } from "../../model/entry.js";
import type { ChunkSource } from "./chunk-source.js";
import type { EntryFilter } from "./entry-filter.js";
import type { Direction } from "./direction.js";
import { type Part, PartCursor } from "./part-cursor.js";

/** How parts are read. */
export interface ReadOptions {
  readonly direction: Direction;
  readonly filter: EntryFilter;
  /** Records at most. */
  readonly maxRecords: number;
  /** Bytes of records at most; one record is always returned. */
  readonly maxBytes: number;
  /** Bytes of text that are looked at, at most; default 64 MiB. A read that finds little ends there, with positions to go on from. */
  readonly maxScannedBytes?: number;
  /** Of each part, what precedes its first entry at or after this time is left out. */
  readonly fromMicros?: number;
}

/** What was read. */
export interface ReadResult {
  /** In the order of reading: rising times forward, falling ones backward. */
  readonly records: readonly LogRecord[];
  /** Where reading goes on, by stream: the next sequence number, or backward the one behind it. */
  readonly positions: ReadonlyMap<number, number>;
  /** Everything has been looked at. */
  readonly done: boolean;
}

const MAX_SCANNED_BYTES = 64 * 1024 * 1024;

/**
 * Reads parts of streams, merged by time. Each stream keeps its own order whatever its times are. A part's chunks are
 * fetched when the merge comes to its time, so that of a job of many attempts few are open at once.
 */
export async function readParts(
  source: ChunkSource,
  parts: readonly Part[],
  options: ReadOptions,
): Promise<ReadResult> {
  const { filter, maxRecords, maxBytes, maxScannedBytes = MAX_SCANNED_BYTES } = options;
  const cursors = await openCursors(source, parts, options);
  const records: LogRecord[] = [];
  let bytes = 0;
  let scanned = 0;
  for (;;) {
    const cursor = nextCursor(cursors, options.direction);
    if (cursor === undefined || records.length >= maxRecords || scanned >= maxScannedBytes) break;
    const entry = cursor.current;
    if (entry === undefined) {
      await cursor.load();
      scanned += cursor.takeSkippedBytes();
      skipTo(cursor, options.fromMicros);
      continue;
    }
    const weight = weightOf(entry);
    if (filter.matches(entry)) {
      if (records.length > 0 && bytes + weight > maxBytes) break;
      bytes += weight;
      records.push({ attempt: cursor.part.attempt, stream: cursor.part.stream, entry });
    }
    scanned += weight;
    cursor.advance();
  }
  const positions = new Map(cursors.map(({ part, position }) => [part.streamId, position]));
  return { records, positions, done: cursors.every(({ done }) => done) };
}

async function openCursors(
  source: ChunkSource,
  parts: readonly Part[],
  options: ReadOptions,
): Promise<readonly PartCursor[]> {
  // Where a single part stands in time plays no role.
  const times = parts.length > 1 ? await source.times(parts) : [];
  const { direction, filter } = options;
  return parts.map((part, i) => {
    const at = direction === "forward" ? times[i]?.firstAtMicros : times[i]?.lastAtMicros;
    return new PartCursor(source, part, direction, at ?? 0, filter);
  });
}

/** The cursor whose turn it is; of equal times the earlier attempt, then the stream's name. */
function nextCursor(cursors: readonly PartCursor[], direction: Direction): PartCursor | undefined {
  let best: PartCursor | undefined;
  for (const cursor of cursors) {
    if (cursor.done) continue;
    if (best === undefined) best = cursor;
    else if (direction === "forward" ? cursor.timeKey < best.timeKey : cursor.timeKey >= best.timeKey) best = cursor;
  }
  return best;
}

function skipTo(cursor: PartCursor, fromMicros: number | undefined): void {
  if (fromMicros === undefined || cursor.position !== cursor.part.from) return;
  while (cursor.current !== undefined && microsOf(cursor.current.time) < fromMicros) cursor.advance();
}
