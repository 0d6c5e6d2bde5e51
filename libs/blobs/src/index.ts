export { BlobMissing, type BlobStore, type ByteRange } from "./blob-store.js";
export { deleteBlobs } from "./delete-blobs.js";
export { createDirectoryBlobStore } from "./directory-blob-store.js";
export { checkPlace, placeOf, type PlaceSettings, type PlaceVariables } from "./named-place.js";
export { type BlobPlace, openBlobStore } from "./open-blob-store.js";
export type { S3Place } from "./s3-client.js";
