import { type BlobPlace, checkPlace, placeOf } from "@switchyard/blobs";
import { type ConfigOf, durationMs, integer, sizeBytes, text } from "@switchyard/service-kit";

/** The largest artifact where nothing else is said, in bytes. */
export const defaultMaxArtifactBytes = 5 * 1024 ** 3;
/** How many uploads may go on at once where nothing else is said. */
export const defaultMaxUploads = 100;
/** How long staged artifacts and uploads may take where nothing else is said, in milliseconds. */
export const defaultStagedArtifactAgeMs = 24 * 3_600_000;

/** Environment variables that say where artifacts are and how large they may be. */
export const artifactSettings = {
  /** Directory of the bytes, unless a bucket is named. The default is the process's own affair. */
  CATALOG_ARTIFACT_DIR: text().optional(),
  /** Bucket of the bytes. */
  CATALOG_S3_BUCKET: text().optional(),
  /** URL of a server that is not Amazon's. */
  CATALOG_S3_ENDPOINT: text().optional(),
  /** Default: the SDK's usual chain. */
  CATALOG_S3_REGION: text().optional(),
  /** Begins every key, such as `artifacts/`. Default: nothing. */
  CATALOG_S3_PREFIX: text().optional(),
  /** The largest artifact. */
  CATALOG_MAX_ARTIFACT_BYTES: sizeBytes().default(defaultMaxArtifactBytes),
  /** Uploads at once, in one process; more are refused with RATE_LIMITED. */
  CATALOG_MAX_UPLOADS: integer({ min: 1 }).default(defaultMaxUploads),
  /** Age at which staged artifacts that nobody committed are collected, and uploads that have not ended. */
  CATALOG_STAGED_ARTIFACT_AGE: durationMs().default(defaultStagedArtifactAgeMs),
};

/** Where artifacts are and how large they may be. */
export type ArtifactSettings = ConfigOf<typeof artifactSettings>;

/** Looks at the settings together; a place that is named twice or only half is a problem. */
export function checkArtifactSettings(settings: ArtifactSettings, problem: (name: string, text: string) => void): void {
  checkPlace(settings, variables, problem);
}

/**
 * The place that the settings name.
 *
 * @param defaultDirectory where bytes go when they name none
 */
export function artifactPlace(settings: ArtifactSettings, defaultDirectory: string): BlobPlace {
  return placeOf(settings, variables) ?? defaultDirectory;
}

const variables = {
  directory: "CATALOG_ARTIFACT_DIR",
  bucket: "CATALOG_S3_BUCKET",
  endpoint: "CATALOG_S3_ENDPOINT",
  region: "CATALOG_S3_REGION",
  prefix: "CATALOG_S3_PREFIX",
} as const;
