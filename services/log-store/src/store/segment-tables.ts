import { inTransaction, type Pool } from "@switchyard/postgres";
import type { PoolClient } from "pg";
import { deletePacks, insertPacks, type PackRow } from "./packs.js";

/** A change of partitions holds up the writes behind it while it waits for a lock, so it gives up soon; after some tries it is left to the next round. */
const soon = { lockTimeoutMs: 100, tries: 5 };

/**
 * Opens a segment of a line, and closes the one that was open. The table is made first and attached then, which waits for no write
 * and no read.
 */
export async function openSegment(pool: Pool, line: string, now: Date): Promise<void> {
  await inTransaction(
    pool,
    async (client) => {
      const { rows } = await client.query<{ id: number }>(
        "select nextval(pg_get_serial_sequence('logs.segments', 'id'))::int as id",
      );
      const id = Number(rows[0]?.id);
      await client.query(
        `create table logs.chunks_${id} (like logs.chunks including storage, primary key (stream_id, first_seq))`,
      );
      await client.query(`alter table logs.chunks attach partition logs.chunks_${id} for values in (${id})`);
      await close(client, line, now);
      await client.query("insert into logs.segments (id, line, created_at) values ($1, $2, $3)", [id, line, now]);
    },
    soon,
  );
}

/** Closes the open segment of a line, of which no other is opened. */
export async function closeLine(pool: Pool, line: string, now: Date): Promise<void> {
  await inTransaction(pool, (client) => close(client, line, now));
}

async function close(client: PoolClient, line: string, now: Date): Promise<void> {
  await client.query(
    `update logs.segments set closed_at = $2, byte_count = pg_total_relation_size(to_regclass('logs.chunks_' || id))
      where line = $1 and closed_at is null`,
    [line, now],
  );
}

/** Lets the archive have a segment: its packs hold all of its chunks, and its partition goes. */
export async function archiveSegment(pool: Pool, segment: number, packs: readonly PackRow[]): Promise<void> {
  const bytes = packs.reduce((sum, { byteCount }) => sum + byteCount, 0);
  await inTransaction(
    pool,
    async (client) => {
      await dropTable(client, segment);
      await insertPacks(client, packs);
      const { rowCount } = await client.query(
        "update logs.segments set archived_at = now(), byte_count = $2 where id = $1 and archived_at is null",
        [segment, bytes],
      );
      if (rowCount !== 1) throw new Error(`segment ${segment} was archived by another replica`);
    },
    soon,
  );
}

/** Drops a segment with all that it holds. The blobs of its packs are loose from then on. */
export async function dropSegment(pool: Pool, segment: number, packs: readonly PackRow[]): Promise<void> {
  const blobIds = packs.map(({ blobId }) => blobId);
  await inTransaction(
    pool,
    async (client) => {
      await dropTable(client, segment);
      await deletePacks(client, blobIds);
      await client.query("delete from logs.erasures where segment = $1", [segment]);
      await client.query("delete from logs.segments where id = $1", [segment]);
    },
    soon,
  );
}

async function dropTable(client: PoolClient, segment: number): Promise<void> {
  // The parent first, in the order in which readers and writers lock: whoever holds a partition holds its parent too.
  await client.query("lock table only logs.chunks in access exclusive mode");
  await client.query(`drop table if exists logs.chunks_${segment}`);
}
