import type { Bucket } from "./buckets.js";

/** What shall be queued. */
export interface QueueRequest {
  readonly codebase: string;
  readonly campaign: string;
  readonly command: string;
  readonly bucket: Bucket;
  /** Added to the smallest priority of the whole queue; negative means before everything of the bucket. */
  readonly offset: number;
  /** In seconds. */
  readonly estimatedDuration: number;
  readonly context: string | null;
  readonly refresh: boolean;
  readonly requester: string | null;
  readonly changeSet: string | null;
  /** Host of the codebase's branch; undefined without one. */
  readonly host: string | undefined;
}

/** What has been queued, or stands for it. */
export interface QueuedItem {
  /** The core's id of the job. */
  readonly jobId: string;
  /** Positive number, the same as long as the item is queued. */
  readonly queueId: number;
  /** The bucket that the item is in now, which may be better than the one that was asked for. */
  readonly bucket: Bucket;
}
