import type { Pool, PostgresLog } from "@switchyard/postgres";
import { type Loop, repeat } from "@switchyard/service-kit";
import type { Archive } from "../../archive/archive.js";
import { deleteExpiredStreams } from "../../store/delete-expired.js";
import { forgetErasures, listErasures } from "../../store/erasures.js";
import { listPacks } from "../../store/packs.js";
import { listSegmentStreams } from "../../store/read-segment.js";
import { closeLine, dropSegment, openSegment } from "../../store/segment-tables.js";
import { listRetention, listSegments, type SegmentRow } from "../../store/segments.js";
import { expiredSegments, planLines, type SegmentLimits } from "./retention.js";

/** What a segment keeper works with. */
export interface SegmentKeeperOptions {
  readonly pool: Pool;
  /** Undefined: segments stay in the database until they go. */
  readonly archive: Archive | undefined;
  readonly limits: SegmentLimits;
  /** From the end of a round to the next one, ms. */
  readonly intervalMs: number;
  /** The clock, milliseconds since 1970. */
  readonly now: () => number;
  /** Is told of the segments that there are, each round. */
  readonly onSegments?: (segments: readonly SegmentRow[]) => void;
  readonly log?: PostgresLog;
}

/** First key of the advisory lock under which one replica of a database keeps the segments. */
const keeperLock = 7_404;
/** Streams per statement. */
const streamsAtOnce = 2_000;
/**
 * Wait after a segment's end until nothing can be on its way there any more: a lane's transactions take no longer than five seconds, what makes gaps at a seal
 * included.
 */
const settleMs = 30_000;

/**
 * Opens and closes segments, drops those whose time is over, and takes closed ones to the archive. Any number of replicas may have one: they take turns.
 * A duty that fails does not keep the others from being done: while the archive is away, segments are opened, closed and dropped all the same.
 */
export function createSegmentKeeper(options: SegmentKeeperOptions): Loop {
  const { pool, archive, limits, now, log } = options;

  const roll = async () => {
    const [segments, retention] = [await listSegments(pool), await listRetention(pool)];
    const at = new Date(now());
    const plan = planLines(segments, retention, limits, at.getTime());
    for (const line of plan.open) await openSegment(pool, line, at);
    for (const line of plan.close) await closeLine(pool, line, at);
  };

  const expire = async () => {
    const segments = await listSegments(pool);
    for (const segment of expiredSegments(segments, await listRetention(pool), limits, now())) {
      // Their rows first: a stream whose end is known lies in segments that are there.
      for await (const streamIds of streamsOf(segment)) await deleteExpiredStreams(pool, segment.id, streamIds);
      await dropSegment(pool, segment.id, await listPacks(pool, segment.id));
      log?.info({ segment: segment.id, line: segment.line, bytes: segment.byteCount }, "dropped a segment of logs");
    }
  };

  async function* streamsOf({ id, archivedAt }: SegmentRow): AsyncGenerator<readonly number[]> {
    if (archivedAt === undefined) {
      for (let after = -1; ; ) {
        const streamIds = await listSegmentStreams(pool, id, after, streamsAtOnce);
        const last = streamIds.at(-1);
        if (last === undefined) return;
        yield streamIds;
        after = last;
      }
    }
    for (const pack of await listPacks(pool, id)) {
      const streamIds = (await archive?.reader.streamsOf(pack)) ?? [];
      for (let at = 0; at < streamIds.length; at += streamsAtOnce) yield streamIds.slice(at, at + streamsAtOnce);
    }
  }

  const takeAway = async (place: Archive) => {
    for (const { id, closedAt, archivedAt, line } of await listSegments(pool)) {
      if (closedAt === undefined || archivedAt !== undefined) continue;
      if (now() - closedAt.getTime() < Math.max(settleMs, limits.archiveAfterMs)) continue;
      await place.archive(id);
      log?.info({ segment: id, line }, "archived a segment of logs");
    }
  };

  const erase = async ({ reader, rewrite }: Archive) => {
    for (const [segment, streamIds] of await listErasures(pool)) {
      const without = new Set(streamIds);
      for (const pack of await listPacks(pool, segment))
        if ((await reader.streamsOf(pack)).some((streamId) => without.has(streamId))) await rewrite(pack, without);
      await forgetErasures(pool, segment, streamIds);
    }
  };

  const attempt = async (duty: string, work: () => Promise<void>) => {
    try {
      await work();
    } catch (error) {
      log?.warn({ err: error, duty }, "segments of logs are not kept as they should be; tried again at the next round");
    }
  };

  return repeat(
    options.intervalMs,
    () =>
      alone(pool, async () => {
        await attempt("open and close", roll);
        await attempt("drop", expire);
        if (archive !== undefined) {
          // First what earlier rounds have left, which is nobody's while this one has the lock.
          await attempt("collect", () => archive.collect());
          await attempt("archive", () => takeAway(archive));
          await attempt("erase", () => erase(archive));
        }
        await attempt("count", async () => options.onSegments?.(await listSegments(pool)));
      }),
    (error) => log?.warn({ err: error }, "segments of logs were not looked after; tried again at the next round"),
  );
}

/** Does something if no other replica is at it. */
async function alone(pool: Pool, work: () => Promise<void>): Promise<void> {
  const client = await pool.connect();
  let broken = true;
  try {
    const { rows } = await client.query<{ taken: boolean }>("select pg_try_advisory_lock($1, 0) as taken", [
      keeperLock,
    ]);
    if (rows[0]?.taken === true) {
      await work();
      await client.query("select pg_advisory_unlock($1, 0)", [keeperLock]);
    }
    broken = false;
  } finally {
    // With its session goes the lock, whatever happened.
    client.release(broken);
  }
}
