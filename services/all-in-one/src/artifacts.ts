import { rm } from "node:fs/promises";
import { join } from "node:path";
import { type BlobStore, openBlobStore } from "@switchyard/blobs";
import { artifactPlace } from "@switchyard/catalog";
import type { SystemConfig } from "./config.js";
import type { SystemDatabase } from "./database.js";

/** Where this process keeps the bytes of artifacts. */
export interface SystemArtifacts {
  readonly blobs: BlobStore;
  /** Closes the store. Bytes that are of no use without the database go with it. */
  close(): Promise<void>;
}

/**
 * Opens the store that the settings name, by default the directory `artifacts` below the data directory. That directory lives as long as the embedded
 * database: one that is deleted at the end takes it along.
 */
export async function openArtifacts(
  { artifacts: settings, dataDir, persistent }: Pick<SystemConfig, "artifacts" | "dataDir" | "persistent">,
  { embedded }: Pick<SystemDatabase, "embedded">,
): Promise<SystemArtifacts> {
  const directory = join(dataDir, "artifacts");
  const blobs = await openBlobStore(artifactPlace(settings, directory), settings.CATALOG_MAX_ARTIFACT_BYTES);
  const isOwn = settings.CATALOG_ARTIFACT_DIR === undefined && settings.CATALOG_S3_BUCKET === undefined;
  return {
    blobs,
    async close() {
      await blobs.close();
      if (isOwn && embedded && !persistent) await rm(directory, { recursive: true, force: true });
    },
  };
}
