import { type BlobStore, checkPlace, openBlobStore, placeOf } from "@switchyard/blobs";
import { type ConfigOf, durationMs, sizeBytes, text } from "@switchyard/service-kit";
import type { SegmentLimits } from "./domain/segments/retention.js";

const HOUR_MS = 3_600_000;
/** No pack is larger: one ends with the chunk that reaches 64 MiB, and its tables are small beside that. */
const maxPackBytes = 1024 ** 3;

/** What is kept where nothing else is said. */
export const defaultSegmentLimits: SegmentLimits = {
  segmentMaxAgeMs: 24 * HOUR_MS,
  segmentMaxBytes: 1024 ** 3,
  retentionMs: 30 * 24 * HOUR_MS,
  retentionBytes: 0,
  archiveAfterMs: HOUR_MS,
};

/** Environment variables that say what is kept, how long, and where. */
export const segmentSettings = {
  /** Age at which a segment is closed and another one opened. */
  LOG_STORE_SEGMENT_MAX_AGE: durationMs().default(defaultSegmentLimits.segmentMaxAgeMs),
  /** Size at which it is. */
  LOG_STORE_SEGMENT_MAX_BYTES: sizeBytes().default(defaultSegmentLimits.segmentMaxBytes),
  /** How long logs are kept where a namespace has no time of its own; 0: for ever. */
  LOG_STORE_RETENTION: durationMs().default(defaultSegmentLimits.retentionMs),
  /** What all namespaces without a limit of their own may take together; 0: no limit. */
  LOG_STORE_RETENTION_BYTES: sizeBytes().default(defaultSegmentLimits.retentionBytes),
  /** How long after its end a segment goes to the archive, if there is one. */
  LOG_STORE_ARCHIVE_AFTER: durationMs().default(defaultSegmentLimits.archiveAfterMs),
  /** Directory of the archive, unless a bucket is named. Neither: there is no archive. */
  LOG_STORE_ARCHIVE_DIR: text().optional(),
  /** Bucket of the archive. */
  LOG_STORE_ARCHIVE_S3_BUCKET: text().optional(),
  /** URL of a server that is not Amazon's. */
  LOG_STORE_ARCHIVE_S3_ENDPOINT: text().optional(),
  /** Default: the SDK's usual chain. */
  LOG_STORE_ARCHIVE_S3_REGION: text().optional(),
  /** Begins every key, such as `logs/`. Default: nothing. */
  LOG_STORE_ARCHIVE_S3_PREFIX: text().optional(),
};

/** What is kept, how long, and where, as the environment says it. */
export type SegmentSettings = ConfigOf<typeof segmentSettings>;

/** Looks at these settings together; a place that is named twice or only half is a problem. */
export function checkSegmentSettings(settings: SegmentSettings, problem: (name: string, text: string) => void): void {
  checkPlace(settings, variables, problem);
}

/** The bounds that these settings say. */
export function segmentLimits(settings: SegmentSettings): SegmentLimits {
  return {
    segmentMaxAgeMs: settings.LOG_STORE_SEGMENT_MAX_AGE,
    segmentMaxBytes: settings.LOG_STORE_SEGMENT_MAX_BYTES,
    retentionMs: settings.LOG_STORE_RETENTION,
    retentionBytes: settings.LOG_STORE_RETENTION_BYTES,
    archiveAfterMs: settings.LOG_STORE_ARCHIVE_AFTER,
  };
}

/** Opens the place of the archive; undefined: there is none. */
export async function openArchivePlace(settings: SegmentSettings): Promise<BlobStore | undefined> {
  const place = placeOf(settings, variables);
  return place === undefined ? undefined : openBlobStore(place, maxPackBytes);
}

const variables = {
  directory: "LOG_STORE_ARCHIVE_DIR",
  bucket: "LOG_STORE_ARCHIVE_S3_BUCKET",
  endpoint: "LOG_STORE_ARCHIVE_S3_ENDPOINT",
  region: "LOG_STORE_ARCHIVE_S3_REGION",
  prefix: "LOG_STORE_ARCHIVE_S3_PREFIX",
} as const;
