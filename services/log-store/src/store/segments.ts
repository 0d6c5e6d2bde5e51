import type { Pool } from "@switchyard/postgres";

/** Where the chunks of a segment are: in the database, in the archive, or nowhere any more. */
export type SegmentState = "stored" | "archived" | "gone";

/** A segment. */
export interface SegmentRow {
  readonly id: number;
  /** Whose chunks it takes: a namespace's, or, empty, those of all that have no line of their own. */
  readonly line: string;
  readonly createdAt: Date;
  /** Undefined: new chunks go there. */
  readonly closedAt: Date | undefined;
  readonly archivedAt: Date | undefined;
  /** What it takes in the database or in the archive, in bytes. */
  readonly byteCount: number;
}

/** Where segments are. */
export async function loadSegmentStates(
  pool: Pool,
  ids: readonly number[],
): Promise<ReadonlyMap<number, SegmentState>> {
  const { rows } = await pool.query<{ id: number; archived: boolean }>(
    "select id, archived_at is not null as archived from logs.segments where id = any($1::int[])",
    [ids],
  );
  const found = new Map(rows.map(({ id, archived }) => [id, archived ? "archived" : "stored"] as const));
  return new Map(ids.map((id) => [id, found.get(id) ?? "gone"]));
}

/** All segments, the oldest first; what the open ones take is looked up, and is 0 for one that nothing was ever written to. */
export async function listSegments(pool: Pool): Promise<readonly SegmentRow[]> {
  const { rows } = await pool.query<{
    id: number;
    line: string;
    created_at: Date;
    closed_at: Date | null;
    archived_at: Date | null;
    byte_count: number;
  }>(
    `select id, line, created_at, closed_at, archived_at,
            case when closed_at is not null then byte_count
                 when pg_relation_size(to_regclass('logs.chunks_' || id)) > 0 then pg_total_relation_size(to_regclass('logs.chunks_' || id))
                 else 0 end as byte_count
       from logs.segments order by id`,
  );
  return rows.map((row) => ({
    id: row.id,
    line: row.line,
    createdAt: row.created_at,
    closedAt: row.closed_at ?? undefined,
    archivedAt: row.archived_at ?? undefined,
    byteCount: row.byte_count,
  }));
}

/** How much of a namespace's logs is kept, and how long. */
export interface RetentionRow {
  readonly namespace: string;
  /** After that time a closed segment goes; undefined: what holds for all. */
  readonly maxAgeMs: number | undefined;
  /** The oldest go when there is more; undefined: what holds for all. */
  readonly maxBytes: number | undefined;
  /** Nothing is added when there is so much; undefined: no limit. */
  readonly limitBytes: number | undefined;
}

/** Namespaces that have a retention of their own. */
export async function listRetention(pool: Pool): Promise<readonly RetentionRow[]> {
  const { rows } = await pool.query<{
    namespace: string;
    max_age_ms: number | null;
    max_bytes: number | null;
    limit_bytes: number | null;
  }>("select namespace, max_age_ms, max_bytes, limit_bytes from logs.retention order by namespace");
  return rows.map((row) => ({
    namespace: row.namespace,
    maxAgeMs: row.max_age_ms ?? undefined,
    maxBytes: row.max_bytes ?? undefined,
    limitBytes: row.limit_bytes ?? undefined,
  }));
}

/** Gives a namespace a retention of its own, or (undefined) takes it away. */
export async function setRetention(
  pool: Pool,
  namespace: string,
  retention: Omit<RetentionRow, "namespace"> | undefined,
): Promise<void> {
  if (retention === undefined) {
    await pool.query("delete from logs.retention where namespace = $1", [namespace]);
    return;
  }
  await pool.query(
    `insert into logs.retention (namespace, max_age_ms, max_bytes, limit_bytes) values ($1, $2, $3, $4)
     on conflict (namespace) do update
       set max_age_ms = excluded.max_age_ms, max_bytes = excluded.max_bytes, limit_bytes = excluded.limit_bytes`,
    [namespace, retention.maxAgeMs ?? null, retention.maxBytes ?? null, retention.limitBytes ?? null],
  );
}
