import { badRequest } from "../errors.js";
import { type Bucket, isBucket } from "./buckets.js";

/** The body of a schedule call, after the check of its members' types. */
export interface ScheduleBody {
  readonly run_id?: string | null;
  readonly campaign?: string | null;
  readonly codebase?: string | null;
  readonly main_branch_revision?: string | null;
  readonly refresh?: boolean | null;
  readonly change_set?: string | null;
  readonly requester?: string | null;
  readonly bucket?: string | null;
  /** The web site passes a form's field on, as text. */
  readonly offset?: number | string | null;
  readonly estimated_duration?: number | null;
}

/** What items are queued with where the caller says no offset: in front of everything of their bucket. */
const defaultOffset = -1;

/** The offset of a call. @throws JanitorError 400 for a text that is no number */
export function offsetOf({ offset }: ScheduleBody): number {
  if (offset === undefined || offset === null) return defaultOffset;
  const value = typeof offset === "string" && offset.trim() !== "" ? Number(offset) : offset;
  if (typeof value !== "number" || !Number.isFinite(value)) throw badRequest(`invalid offset: ${offset}`);
  return value;
}

/** The bucket of a call. @throws JanitorError 400 for an unknown one */
export function bucketIn({ bucket }: ScheduleBody, otherwise: Bucket): Bucket {
  if (bucket === undefined || bucket === null) return otherwise;
  if (!isBucket(bucket)) throw badRequest(`unknown bucket: ${bucket}`);
  return bucket;
}
