import type { BuiltChunk } from "../append/chunk-builder.js";
import type { ChunkSource } from "../read/chunk-source.js";
import { type Batch, batchOfBuilt, batchOfRead } from "./batch.js";

/** A stream that somebody follows. */
export interface LiveStream {
  readonly id: number;
  readonly stream: string;
  /** Everything below this number has been handed to the followers, or is theirs to read from the database. */
  readonly cursor: number;
  /** Its final length; undefined: it goes on. */
  readonly endedAt: number | undefined;
  /** Takes what this process has just committed. */
  committed(chunks: readonly BuiltChunk[]): void;
  /** Takes what the database says: a length, and whether it is final. */
  observed(length: number, sealed: boolean): void;
}

/** What a live stream is made of. */
export interface LiveStreamOptions {
  readonly source: ChunkSource;
  readonly id: number;
  readonly stream: string;
  /** The length when it was first looked at. */
  readonly length: number;
  /** Hands a batch to the followers. */
  readonly onBatch: (batch: Batch) => void;
  /** Entries could not be read; look again later. */
  readonly onFailure: (error: unknown) => void;
}

/**
 * Creates a live stream. Followers get every entry from its first length on exactly once and in order, from two sources: commits
 * of this process as they happen, and the database for what others have committed. A commit that does not begin at the
 * cursor shows that others were there in between; then the database is read up to it, and commits only say how far.
 */
export function createLiveStream(options: LiveStreamOptions): LiveStream {
  const { source, id, stream, onBatch } = options;
  let cursor = options.length;
  let target = options.length;
  let endedAt: number | undefined;
  let reading = false;

  function hand(batch: Batch): void {
    cursor = batch.end;
    onBatch(batch);
  }

  async function readUp(): Promise<void> {
    if (reading) return;
    reading = true;
    try {
      while (cursor < target) {
        const chunks = await source.read({ streamId: id, from: cursor, before: target }, "forward");
        const before = cursor;
        for (const chunk of chunks) if (chunk.firstSequence + chunk.span > cursor) hand(batchOfRead(chunk));
        // The stream is being deleted; whoever looks at the attempt next will see it.
        if (cursor === before) break;
      }
    } catch (error) {
      options.onFailure(error);
    } finally {
      reading = false;
    }
  }

  return {
    id,
    stream,
    get cursor() {
      return cursor;
    },
    get endedAt() {
      return endedAt;
    },
    committed(chunks) {
      for (const chunk of chunks) {
        target = Math.max(target, chunk.firstSequence + chunk.span);
        if (!reading && chunk.firstSequence === cursor) hand(batchOfBuilt(chunk));
      }
      if (cursor < target) void readUp();
    },
    observed(length, sealed) {
      target = Math.max(target, length);
      if (sealed) endedAt = length;
      if (cursor < target) void readUp();
    },
  };
}
