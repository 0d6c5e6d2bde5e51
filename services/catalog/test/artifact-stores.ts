import { loadConfig } from "@switchyard/service-kit";
import { startS3Server, temporaryDirectory } from "@switchyard/testkit";
import { BlobMissing, type BlobStore, createDirectoryBlobStore, openBlobStore } from "@switchyard/blobs";
import { artifactPlace, artifactSettings } from "../src/index.js";

/** A blob store of a test file's own. */
export interface TestStore {
  readonly blobs: BlobStore;
  stop(): Promise<void>;
}

/** Opens a directory. */
export async function openDirectory(): Promise<TestStore> {
  const directory = await temporaryDirectory();
  return { blobs: createDirectoryBlobStore(directory.path), stop: directory.remove };
}

/** Opens a bucket on a server of its own, as a process would. */
async function openBucket(): Promise<TestStore> {
  const { endpoint, bucket, stop } = await startS3Server();
  return { blobs: await openS3(endpoint, bucket, "some/where/"), stop };
}

/** Opens a bucket by settings. */
function openS3(endpoint: string, bucket: string, prefix: string): Promise<BlobStore> {
  const env = { CATALOG_S3_ENDPOINT: endpoint, CATALOG_S3_BUCKET: bucket, CATALOG_S3_PREFIX: prefix };
  const settings = loadConfig(artifactSettings, env);
  return openBlobStore(artifactPlace(settings, "unused"), settings.CATALOG_MAX_ARTIFACT_BYTES);
}

/** Every kind of store, by name. */
export const stores: readonly (readonly [string, () => Promise<TestStore>])[] = [
  ["a directory", openDirectory],
  ["a bucket", openBucket],
];

/** Whether the bytes of a blob that is not empty are there. */
export async function hasBytes(blobs: BlobStore, id: string): Promise<boolean> {
  try {
    for await (const _ of blobs.read(id, { offset: 0, length: 1 }, new AbortController().signal)) break;
    return true;
  } catch (error) {
    if (error instanceof BlobMissing) return false;
    throw error;
  }
}

/** A store that stands still after each write until it is let go: what a process that is killed between bytes and row looks like. */
export function createHeldStore(inner: BlobStore) {
  const written: string[] = [];
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const blobs: BlobStore = {
    ...inner,
    async write(id, bytes) {
      await inner.write(id, bytes);
      written.push(id);
      await held;
    },
  };
  return { blobs, written, release: () => release() };
}
