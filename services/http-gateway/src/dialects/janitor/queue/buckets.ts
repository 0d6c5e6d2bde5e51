/** The buckets of the queue, best first (the order of the upstream enumeration). The index is the core's rank class. */
export const buckets = [
  "update-existing-mp",
  "manual",
  "control",
  "hook",
  "reschedule",
  "update-new-mp",
  "missing-deps",
  "default",
] as const;

/** A bucket of the queue. */
export type Bucket = (typeof buckets)[number];

/** Whether a word names a bucket. */
export function isBucket(word: string): word is Bucket {
  return (buckets as readonly string[]).includes(word);
}

/** The core's rank class of a bucket. */
export function rankClassOf(bucket: Bucket): number {
  return buckets.indexOf(bucket);
}

/** The bucket of a rank class; one that the dialect does not know, as native callers may use, is the last bucket. */
export function bucketOf(rankClass: number): Bucket {
  return buckets[rankClass] ?? "default";
}
