import { SQLSTATE, sqlstateOf } from "@switchyard/postgres";
import { deleteBlocks, deleteRemains, dropBucket, dropEvents, dropRequests } from "../../store/drop-partitions.js";
import { listPartitions, type Partition } from "../../store/partitions.js";
import { dayMs, familyOf, spanOf } from "../core/retention-bucket.js";
import { requestWindowMs, trustedMs } from "../core/request-day.js";
import type { ShardTerm } from "../shard/shard-term.js";

/** A partition that was dropped, and how long that took, the look at whether it may go included, ms. */
export interface DroppedPartition extends Partition {
  readonly ms: number;
}

/** Terms that have looked once for what the terms before them left. */
const swept = new WeakSet<ShardTerm>();

/**
 * Drops the partitions whose time is over, and returns them:
 *
 * - a bucket, when its least time has passed since the newest end in it and no job of it is open; at once, when its span has passed and it never had a job;
 * - a stretch of events, when its newest event is older than `eventRetentionMs`;
 * - a day of requests, when no request of it can be repeated any more.
 *
 * Reads of what is gone answer as if it had never been. A partition that somebody reads for long stays until the next round.
 */
export async function dropExpired(term: ShardTerm, eventRetentionMs: number): Promise<DroppedPartition[]> {
  const now = term.clock.now();
  const dropped: DroppedPartition[] = [];
  const there = await listPartitions(term.pool);
  for (const partition of there) {
    term.assertValid();
    const begunAt = term.clock.now();
    if (!(await dropIfExpired(term, partition, now, eventRetentionMs).catch(leaveIfInUse))) continue;
    dropped.push({ ...partition, ms: Math.round(term.clock.now() - begunAt) });
    term.partitions.dropped(partition);
    if (partition.of === "bucket") forgetBucket(term, partition.number);
  }
  const forgotten = forgetOthers(term, there, now);
  await deleteRemains(term.pool, term.term);
  if (forgotten || dropped.some(({ of }) => of === "bucket") || !swept.has(term)) {
    await deleteBlocks(term.pool, term.term);
    swept.add(term);
  }
  return dropped;
}

/** The owner of another shard of the database may have dropped a bucket. Whether one has. */
function forgetOthers(term: ShardTerm, there: readonly Partition[], now: number): boolean {
  let forgotten = false;
  const left = new Set(there.filter(({ of }) => of === "bucket").map(({ number }) => number));
  const known = new Set([...term.state.spaces.values()].flatMap((space) => space.buckets.all()));
  for (const number of known) {
    // A young one may just be made.
    if (left.has(number) || spanOf(number).untilMs + dayMs > now) continue;
    term.partitions.dropped({ of: "bucket", number });
    forgetBucket(term, number);
    forgotten = true;
  }
  return forgotten;
}

function forgetBucket(term: ShardTerm, number: number): void {
  for (const space of term.state.spaces.values()) space.buckets.forget(number);
  term.rollups.forget(number);
}

function leaveIfInUse(error: unknown): boolean {
  // Dropped meanwhile, by the owner of another shard.
  if (sqlstateOf(error) === SQLSTATE.undefinedTable) return true;
  if (sqlstateOf(error) !== SQLSTATE.lockTimeout) throw error;
  return false;
}

async function dropIfExpired(
  { pool, term }: ShardTerm,
  { of, number }: Partition,
  now: number,
  eventRetentionMs: number,
): Promise<boolean> {
  switch (of) {
    case "bucket": {
      const { untilMs } = spanOf(number);
      // The clock of the owner before may have been ahead.
      if (untilMs + dayMs > now) return false;
      const keepFromMs = now - familyOf(number).leastDays * dayMs;
      return dropBucket(pool, term, number, untilMs < keepFromMs ? keepFromMs : Number.NEGATIVE_INFINITY);
    }
    case "events":
      return dropEvents(pool, term, number, now - eventRetentionMs);
    case "requests": {
      if ((number + 1) * dayMs + requestWindowMs + trustedMs > now) return false;
      await dropRequests(pool, term, number);
      return true;
    }
  }
}
