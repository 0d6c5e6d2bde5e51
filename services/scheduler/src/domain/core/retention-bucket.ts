/** Milliseconds of a day. */
export const dayMs = 86_400_000;

/** Jobs that are kept for the same least time after their end. */
export interface RetentionFamily {
  /** Its number, part of every bucket of it. Never given to another family. */
  readonly id: number;
  /** Least time that a job is kept after its end, days; infinite is for ever. */
  readonly leastDays: number;
  /**
   * Days of creation that share a bucket, and so a partition. Longer for what is kept longer, so that a family never has more than about
   * forty of them: planning a read and reloading the marks grow with their number.
   */
  readonly spanDays: number;
}

/** Kept until it is deleted. */
export const keepFamily: RetentionFamily = { id: 5, leastDays: Number.POSITIVE_INFINITY, spanDays: 30 };

/** All families, by rising time. */
export const retentionFamilies: readonly RetentionFamily[] = [
  { id: 1, leastDays: 7, spanDays: 1 },
  { id: 2, leastDays: 30, spanDays: 1 },
  { id: 3, leastDays: 90, spanDays: 3 },
  { id: 4, leastDays: 400, spanDays: 10 },
  keepFamily,
];

/** The family for a time in days, rounded up; what is longer than all of them is kept for ever. */
export function familyFor(days: number): RetentionFamily {
  return retentionFamilies.find(({ leastDays }) => leastDays >= days) ?? keepFamily;
}

/** What is asked for a job: what its queue says, the namespace's standard, or to be kept until it is deleted. */
export type RetentionWish = "QUEUE" | "STANDARD" | "KEEP";

/** The family for a wish; `queueMs` is the setting of the queue, 0 for none. */
export function familyForWish(wish: RetentionWish, queueMs: number, standard: RetentionFamily): RetentionFamily {
  if (wish === "KEEP") return keepFamily;
  return wish === "QUEUE" && queueMs > 0 ? familyFor(queueMs / dayMs) : standard;
}

/** Days since 1970, in UTC, at a time in ms. */
export function dayAt(ms: number): number {
  return Math.floor(ms / dayMs);
}

/**
 * The bucket of a job: family * 100,000 + the first day of its span, by the time of its creation. Rows about a job lie in the partition
 * of its bucket, so that everything about it is dropped together.
 */
export function bucketAt(family: RetentionFamily, createdMs: number): number {
  const day = dayAt(createdMs);
  return family.id * 100_000 + day - (day % family.spanDays);
}

/** The number of the family of a bucket. */
export function familyNumberOf(bucket: number): number {
  return Math.floor(bucket / 100_000);
}

/** The family of a bucket. @throws RangeError for a number that is no bucket. */
export function familyOf(bucket: number): RetentionFamily {
  const id = familyNumberOf(bucket);
  const family = retentionFamilies.find((known) => known.id === id);
  if (!family) throw new RangeError(`${bucket} is no bucket: there is no retention family ${id}`);
  return family;
}

/** From when (inclusive) until when (exclusive) the jobs of a bucket were created, ms. */
export function spanOf(bucket: number): { readonly fromMs: number; readonly untilMs: number } {
  const day = bucket % 100_000;
  return { fromMs: day * dayMs, untilMs: (day + familyOf(bucket).spanDays) * dayMs };
}
