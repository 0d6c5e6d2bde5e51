import { randomUUID } from "node:crypto";
import { type BlobStore, deleteBlobs } from "@switchyard/blobs";
import type { Pool } from "@switchyard/postgres";
import { replacePack } from "../store/erasures.js";
import { forgetLooseBlobs, listLooseBlobs, noteLooseBlob, type PackRow } from "../store/packs.js";
import { readSegment } from "../store/read-segment.js";
import { archiveSegment } from "../store/segment-tables.js";
import { mergeChunks } from "./merge-chunks.js";
import { createPackReader, type PackReader } from "./pack-reader.js";
import { type ChunkQueue, chunkQueue, type PackFacts, writePack } from "./write-pack.js";

/** Keeps segments outside of the database. */
export interface Archive {
  readonly reader: PackReader;
  /** Copies a closed segment into packs and drops its partition; nobody may write to it any more. */
  archive(segment: number): Promise<void>;
  /** Writes a pack anew without some of its streams. */
  rewrite(pack: PackRow, without: ReadonlySet<number>): Promise<void>;
  /** Deletes blobs that no pack points to. Nobody may be writing packs meanwhile. */
  collect(): Promise<void>;
}

/** Makes an archive. One process at a time may write to it. @param packBytes of chunks in a pack */
export function createArchive(pool: Pool, blobs: BlobStore, packBytes: number): Archive {
  const reader = createPackReader(pool, blobs);

  async function write(segment: number, queue: ChunkQueue): Promise<PackRow> {
    const blobId = randomUUID();
    await noteLooseBlob(pool, blobId);
    let facts: PackFacts | undefined;
    await blobs.write(
      blobId,
      writePack(queue, packBytes, (made) => {
        facts = made;
      }),
    );
    if (facts === undefined) throw new Error(`blob ${blobId} was not written to its end`);
    return { ...facts, segment, blobId };
  }

  return {
    reader,
    async archive(segment) {
      const queue = chunkQueue(mergeChunks(readSegment(pool, segment)));
      const packs: PackRow[] = [];
      while ((await queue.peek()) !== undefined) packs.push(await write(segment, queue));
      await archiveSegment(pool, segment, packs);
    },
    async rewrite(pack, without) {
      const queue = chunkQueue(reader.readAll(pack, without));
      // A pack's place among the others stays, whatever it begins with now.
      const { firstStreamId, firstSequence } = pack;
      const isEmpty = (await queue.peek()) === undefined;
      const made = isEmpty ? undefined : { ...(await write(pack.segment, queue)), firstStreamId, firstSequence };
      await replacePack(pool, pack, made);
    },
    collect: async () => deleteBlobs(blobs, await listLooseBlobs(pool), (deleted) => forgetLooseBlobs(pool, deleted)),
  };
}
