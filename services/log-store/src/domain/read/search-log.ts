import type { Pool } from "@switchyard/postgres";
import type { LogRecord } from "../../model/entry.js";
import { listStreams } from "../../store/list-streams.js";
import type { ChunkSource } from "./chunk-source.js";
import { type EntryFilter, everything } from "./entry-filter.js";
import type { Part } from "./part-cursor.js";
import { maxMergedStreams, streamNotFound, tooManyStreams } from "./read-log.js";
import { readParts } from "./read-parts.js";
import { withContext } from "./search-context.js";

/** Asks for entries that match. */
export interface SearchQuery {
  readonly namespace: string;
  readonly jobId: string;
  /** 0: every attempt. */
  readonly attempt: number;
  /** Empty: all streams. */
  readonly stream: string;
  readonly filter: EntryFilter;
  /** Entries at most, those around the matches included. */
  readonly limit: number;
  /** Entries before and after each match, of its own stream. */
  readonly context: number;
}

/** What a step of a search has found. */
export interface SearchStep {
  /** In rising order within each stream. */
  readonly records: readonly LogRecord[];
  /** Entries that were looked at so far, in all streams. */
  readonly scanned: number;
}

/** Text that is looked at in a step: some ten milliseconds of work, so that others get their turn and the first match does not wait for the last. */
const stepBytes = 4 * 1024 * 1024;
/** A step's answer fits into a message. */
const stepRecords = 1_000;
const answerBytes = 1024 * 1024;

/**
 * Looks for entries from the beginning to where the streams end now, step by step; a step that found nothing is told too.
 *
 * @throws SwitchyardError `LOG_NOT_FOUND` when a named stream is not there; a job without any log has no matches
 */
export async function* searchLog(
  pool: Pool,
  source: ChunkSource,
  query: SearchQuery,
  signal: AbortSignal,
): AsyncGenerator<SearchStep> {
  const { namespace, jobId, attempt, stream, filter, context } = query;
  const only = stream === "" ? {} : { stream };
  const rows = await listStreams(pool, { namespace, jobId, attempt, ...only, limit: maxMergedStreams + 1 });
  if (stream !== "" && rows.length === 0) throw streamNotFound(stream);
  if (rows.length > maxMergedStreams) throw tooManyStreams();
  let parts: Part[] = rows.map((row) => ({
    ...{ streamId: row.id, attempt: row.attempt, stream: row.stream, spans: row.spans },
    ...{ from: 0, before: row.length },
  }));
  // What stands around a match has to be read, whether it matches or not.
  const select = context === 0 ? (records: readonly LogRecord[]) => records : withContext(filter, context);
  const options = { direction: "forward" as const, filter: context === 0 ? filter : everything };
  const bounds = {
    maxRecords: context === 0 ? stepRecords : 20_000,
    maxBytes: answerBytes,
    maxScannedBytes: stepBytes,
  };
  let left = query.limit;
  for (let done = false; !done && left > 0; ) {
    signal.throwIfAborted();
    const read = await readParts(source, parts, { ...options, ...bounds });
    parts = parts.map((part) => ({ ...part, from: read.positions.get(part.streamId) ?? part.from }));
    const records = select(read.records).slice(0, left);
    left -= records.length;
    done = read.done;
    yield { records, scanned: parts.reduce((sum, { from }) => sum + from, 0) };
  }
}
