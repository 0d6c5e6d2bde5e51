import { SwitchyardError } from "@switchyard/errors";
import type { Pool } from "@switchyard/postgres";
import { type LogRecord, type Moment, microsOf } from "../../model/entry.js";
import { listStreams, type StreamRow } from "../../store/list-streams.js";
import type { ChunkSource } from "./chunk-source.js";
import type { EntryFilter } from "./entry-filter.js";
import type { Direction } from "./direction.js";
import type { Part } from "./part-cursor.js";
import { readParts } from "./read-parts.js";

/** Where a read begins. */
export type ReadFrom =
  | { readonly kind: "start" }
  | { readonly kind: "sequence"; readonly sequence: number }
  | { readonly kind: "time"; readonly time: Moment }
  | { readonly kind: "end" }
  | { readonly kind: "reset" };

/** Asks for a page of entries. */
export interface ReadQuery {
  readonly namespace: string;
  readonly jobId: string;
  /** 0: every attempt. */
  readonly attempt: number;
  /** Empty: all streams, merged by time. */
  readonly stream: string;
  readonly from: ReadFrom;
  /** Sequence number behind the last one wanted; undefined: up to the end. */
  readonly before: number | undefined;
  readonly filter: EntryFilter;
  readonly maxRecords: number;
  readonly maxBytes: number;
  /** Of a page that goes on: positions by stream, as an earlier page returned them. */
  readonly positions?: ReadonlyMap<number, number>;
}

/** A page of entries. */
export interface ReadPage {
  /** In rising order. */
  readonly records: readonly LogRecord[];
  /** Undefined: there is nothing more now. */
  readonly next: ReadonlyMap<number, number> | undefined;
  /** Single streams only: entries, and whether it has ended. */
  readonly stream: { readonly length: number; readonly sealed: boolean } | undefined;
}

/** Streams that can be merged. */
export const maxMergedStreams = 1_000;

/**
 * Reads a page. From the end, the following pages go back in time; each page is in rising order.
 * @throws SwitchyardError `LOG_NOT_FOUND` when a named stream is not there; a job without any log reads as empty
 */
export async function readLog(pool: Pool, source: ChunkSource, query: ReadQuery): Promise<ReadPage> {
  const { namespace, jobId, attempt, stream } = query;
  const only = stream === "" ? {} : { stream };
  const rows = await listStreams(pool, { namespace, jobId, attempt, ...only, limit: maxMergedStreams + 1 });
  if (stream !== "" && rows.length === 0) throw streamNotFound(stream);
  if (rows.length > maxMergedStreams) throw tooManyStreams();

  const direction: Direction = query.from.kind === "end" ? "backward" : "forward";
  const parts = await partsOf(source, rows, query, direction);
  const startsByTime = query.from.kind === "time" && query.positions === undefined;
  const { records, positions, done } = await readParts(source, parts, {
    direction,
    filter: query.filter,
    maxRecords: query.maxRecords,
    maxBytes: query.maxBytes,
    ...(startsByTime && query.from.kind === "time" ? { fromMicros: microsOf(query.from.time) } : {}),
  });
  const row = rows[0];
  return {
    records: direction === "forward" ? records : records.toReversed(),
    next: done ? undefined : positions,
    stream: stream === "" || row === undefined ? undefined : { length: row.length, sealed: row.sealed },
  };
}

async function partsOf(
  source: ChunkSource,
  rows: readonly StreamRow[],
  query: ReadQuery,
  direction: Direction,
): Promise<readonly Part[]> {
  const { from, positions } = query;
  const wholes = rows.map(({ id: streamId, length, spans }) => ({ streamId, from: 0, before: length, spans }));
  const byTime = from.kind === "time" ? await source.findTime(wholes, microsOf(from.time)) : undefined;
  return rows.map((row, i) => {
    const { id, attempt, stream, length, spans } = row;
    const place = { streamId: id, attempt, stream, spans };
    const position = positions?.get(id);
    const start = byTime === undefined ? startOf(row, from) : (byTime[i] ?? length);
    const end = Math.min(length, query.before ?? length);
    return direction === "forward"
      ? { ...place, from: position ?? start, before: end }
      : { ...place, from: start, before: Math.min(end, position ?? end) };
  });
}

function startOf({ resetSequence }: StreamRow, from: ReadFrom): number {
  if (from.kind === "sequence") return from.sequence;
  return from.kind === "reset" ? resetSequence : 0;
}

/** The error of a named stream that is not there. */
export function streamNotFound(stream: string): SwitchyardError {
  return new SwitchyardError("LOG_NOT_FOUND", `there is no stream ${stream}`, { stream });
}

/** The error of a read that would have to merge too many streams. */
export function tooManyStreams(): SwitchyardError {
  const message = `more than ${maxMergedStreams} streams cannot be merged; name an attempt or a stream`;
  return new SwitchyardError("INVALID_ARGUMENT", message, { field: "stream" });
}
