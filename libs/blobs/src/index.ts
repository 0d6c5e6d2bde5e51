export { BlobMissing, type BlobStore, type ByteRange } from "./blob-store.js";
export { createDirectoryBlobStore } from "./directory-blob-store.js";
export { checkPlace, type NamedPlace, placeOf } from "./named-place.js";
export { type BlobPlace, openBlobStore } from "./open-blob-store.js";
export type { S3Place } from "./s3-client.js";
