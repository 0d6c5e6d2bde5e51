import type { BlobStore } from "./blob-store.js";
import { createDirectoryBlobStore } from "./directory-blob-store.js";
import type { S3Place } from "./s3-client.js";

/** Where blobs are: a directory, by its path, or a place in S3-compatible storage. */
export type BlobPlace = string | S3Place;

/**
 * Makes the blob store of a place.
 *
 * @param maxBlobBytes the largest blob that will come; decides how large the parts of an upload to S3 are
 */
export async function openBlobStore(place: BlobPlace, maxBlobBytes: number): Promise<BlobStore> {
  if (typeof place === "string") return createDirectoryBlobStore(place);
  // Loaded only here: the SDK takes a quarter of a second and 20 MB, which most processes never use.
  const { createS3BlobStore } = await import("./s3-blob-store.js");
  return createS3BlobStore(place, maxBlobBytes);
}
