import type { Pool } from "@switchyard/postgres";
import { chunkBytes } from "../../chunk/encoding.js";
import { runsAsFile } from "../../chunk/runs.js";
import type { StreamKey } from "../../model/stream-key.js";
import { listStreams } from "../../store/list-streams.js";
import type { ChunkSource } from "./chunk-source.js";
import { streamNotFound } from "./read-log.js";

/** A piece of a stream as a file. */
export interface DownloadPiece {
  readonly data: Uint8Array;
  /** Sequence number of the entry behind it. */
  readonly nextSequence: number;
}

/** Bytes of a piece, unless a single chunk has more. */
const pieceBytes = 256 * 1024;

/**
 * Reads a stream as a file, from one entry to the end that it has now, at the reader's pace.
 *
 * @throws SwitchyardError `LOG_NOT_FOUND`; the signal's reason when it is aborted
 */
export async function* downloadLog(
  pool: Pool,
  source: ChunkSource,
  key: StreamKey,
  from: number,
  signal: AbortSignal,
): AsyncGenerator<DownloadPiece> {
  const [row] = await listStreams(pool, { ...key, limit: 1 });
  if (row === undefined) throw streamNotFound(key.stream);
  const { id: streamId, length: before, spans } = row;
  let pieces: Uint8Array[] = [];
  let bytes = 0;
  let next = from;
  while (next < before) {
    signal.throwIfAborted();
    const chunks = await source.read({ streamId, from: next, before, spans }, "forward");
    const begin = next;
    for (const chunk of chunks) {
      const end = Math.min(before, chunk.firstSequence + chunk.span);
      if (end <= next) continue;
      const runs = chunkBytes(chunk);
      if (runs !== undefined) pieces.push(...runsAsFile(runs, chunk.firstSequence, next));
      next = end;
      bytes += runs?.length ?? 0;
      if (bytes < pieceBytes) continue;
      yield { data: Buffer.concat(pieces), nextSequence: next };
      [pieces, bytes] = [[], 0];
    }
    // The stream is being deleted.
    if (next === begin) break;
  }
  if (pieces.length > 0) yield { data: Buffer.concat(pieces), nextSequence: next };
}
