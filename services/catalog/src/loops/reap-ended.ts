import type { Logger } from "pino";
import type { BlobStore } from "@switchyard/blobs";
import { collectBlobs } from "../domain/collect-blobs.js";
import { changesKeptMs, type Memories } from "../domain/memory/memories.js";
import type { Db } from "../store/database.js";
import { deleteEndedDocuments } from "../store/delete-documents.js";
import { deleteOldChanges } from "../store/document-changes.js";
import { dropOldStagedArtifacts } from "../store/drop-artifacts.js";
import { doomOldLooseBlobs } from "../store/loose-blobs.js";
import { deleteEndedWindows } from "../store/token-windows.js";
import { type Loop, repeat } from "@switchyard/service-kit";

/** Rows per statement, so that no transaction holds many rows for long. */
const chunkSize = 500;

/** What the reaper works on. */
export interface ReaperOptions {
  readonly db: Db;
  readonly memories: Memories;
  readonly blobs: BlobStore;
  readonly logger: Logger;
  /** From the end of a round to the next one. */
  readonly intervalMs: number;
  /** Age at which staged artifacts and uploads that have not ended are collected. */
  readonly stagedAgeMs: number;
}

/**
 * Deletes documents whose time has come, rate windows that have ended, staged artifacts that nobody committed, notes of
 * changes that are old, and bytes that no artifact points to. Reads do not see them anyway; this gives their room back. Any number of replicas may do it at once.
 */
export function createReaper({ db, memories, blobs, logger, intervalMs, stagedAgeMs }: ReaperOptions): Loop {
  return repeat(
    intervalMs,
    async () => {
      const documents = await inChunks(() => deleteEndedDocuments(db, chunkSize));
      const windows = await inChunks(() => deleteEndedWindows(db, chunkSize));
      const staged = await inChunks(() => dropOldStagedArtifacts(db, stagedAgeMs, chunkSize));
      await inChunks(() => doomOldLooseBlobs(db, stagedAgeMs, chunkSize));
      await deleteOldChanges(db, changesKeptMs);
      memories.dropUnused();
      // Last: it is the only part that another system can hold up.
      const bytes = await inChunks(() => collectBlobs(db, blobs, chunkSize));
      const reaped = { documents, windows, staged, blobs: bytes };
      if (Object.values(reaped).some((count) => count > 0)) logger.debug(reaped, "reaped what has ended");
    },
    (error) => logger.warn({ err: error }, "reaping failed; tried again at the next round"),
  );
}

async function inChunks(deleteChunk: () => Promise<number>): Promise<number> {
  let sum = 0;
  for (;;) {
    const deleted = await deleteChunk();
    sum += deleted;
    if (deleted < chunkSize) return sum;
  }
}
