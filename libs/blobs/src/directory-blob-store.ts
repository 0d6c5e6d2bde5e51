import { createReadStream } from "node:fs";
import { mkdir, open, rename, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { BlobMissing, type BlobStore } from "./blob-store.js";

/** Bytes per read. */
const readBytes = 256 * 1024;

/**
 * Keeps blobs as files of a directory, spread over up to 256 folders by the first two digits of their ids. Replicas have to share
 * the directory. A file gets its name only when it is whole and on the disk.
 *
 * @param directory made when missing
 */
export function createDirectoryBlobStore(directory: string): BlobStore {
  const root = resolve(directory);
  const folderOf = (id: string) => join(root, id.slice(0, 2));
  const pathOf = (id: string) => join(folderOf(id), id);
  const partOf = (id: string) => `${pathOf(id)}.part`;
  return {
    async prepare() {
      await mkdir(root, { recursive: true, mode: 0o700 });
    },
    async write(id, bytes) {
      await mkdir(folderOf(id), { recursive: true, mode: 0o700 });
      try {
        await writeDurably(partOf(id), bytes);
        await rename(partOf(id), pathOf(id));
      } catch (error) {
        await rm(partOf(id), { force: true }).catch(() => undefined);
        throw error;
      }
      // A name is on the disk when its directory is; the folder itself may be as new as the file.
      await syncDirectory(folderOf(id));
      await syncDirectory(root);
    },
    async *read(id, { offset, length }, signal) {
      const range = { start: offset, end: offset + length - 1 };
      const stream = createReadStream(pathOf(id), { ...range, highWaterMark: readBytes, signal });
      try {
        for await (const chunk of stream) yield chunk as Buffer;
      } catch (error) {
        throw isMissing(error) ? new BlobMissing(id, { cause: error }) : error;
      }
    },
    async delete(id) {
      await rm(pathOf(id), { force: true });
      await rm(partOf(id), { force: true });
    },
    close: async () => undefined,
  };
}

async function writeDurably(path: string, bytes: AsyncIterable<Uint8Array>): Promise<void> {
  const file = await open(path, "wx", 0o600);
  try {
    await writeFile(file, bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, "r");
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
