import type { Logger } from "pino";
import type { Db } from "../store/database.js";
import { deleteEndedDocuments } from "../store/delete-documents.js";
import { deleteEndedWindows } from "../store/token-windows.js";
import { type Loop, repeat } from "./repeat.js";

/** Rows per statement, so that no transaction holds many rows for long. */
const chunkSize = 500;

/**
 * Deletes documents whose time has come and rate windows that have ended. Reads do not see them anyway; this gives their room
 * back. Any number of replicas may do it at once.
 */
export function createReaper(options: { readonly db: Db; readonly logger: Logger; readonly intervalMs: number }): Loop {
  const { db, logger, intervalMs } = options;
  return repeat(
    intervalMs,
    async () => {
      const documents = await inChunks(() => deleteEndedDocuments(db, chunkSize));
      const windows = await inChunks(() => deleteEndedWindows(db, chunkSize));
      if (documents + windows > 0) logger.debug({ documents, windows }, "reaped what has ended");
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
