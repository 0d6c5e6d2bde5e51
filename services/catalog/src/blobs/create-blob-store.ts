import type { ArtifactSettings } from "../artifact-settings.js";
import type { BlobStore } from "./blob-store.js";
import { createDirectoryBlobStore } from "./directory-blob-store.js";

/**
 * Makes the blob store that the settings name: a bucket, a directory, or else a directory of the caller's choice.
 *
 * @param defaultDirectory where bytes go when the settings name no place
 */
export async function createBlobStore(settings: ArtifactSettings, defaultDirectory: string): Promise<BlobStore> {
  const { CATALOG_S3_BUCKET: bucket, CATALOG_S3_ENDPOINT: endpoint, CATALOG_S3_REGION: region } = settings;
  if (bucket === undefined) return createDirectoryBlobStore(settings.CATALOG_ARTIFACT_DIR ?? defaultDirectory);
  const place = {
    bucket,
    prefix: settings.CATALOG_S3_PREFIX ?? "",
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(region === undefined ? {} : { region }),
  };
  // Loaded only here: the SDK takes a quarter of a second and 20 MB, which most processes never use.
  const { createS3BlobStore } = await import("./s3-blob-store.js");
  return createS3BlobStore(place, settings.CATALOG_MAX_ARTIFACT_BYTES);
}
