import type { Pool } from "@switchyard/postgres";
import type { SerialMark } from "../domain/core/bucket-index.js";
import type { StoredLimit } from "../domain/core/limit-book.js";
import type { JobPolicy } from "../domain/core/model.js";
import type { NamespaceSeed, PastShard } from "../domain/core/namespace.js";
import type { QueueSettings } from "../domain/core/queue.js";

/**
 * Reads the namespaces of a shard with all that is set in them and the last numbers that they gave out: the last job lies in the newest bucket of one of
 * the retention families.
 */
export async function loadNamespaces(pool: Pool, shard: number): Promise<NamespaceSeed[]> {
  const { rows } = await pool.query<{ id: number; name: string; last_serial: number; last_created: number }>(
    `select n.id, n.name,
       greatest(n.serial_floor, coalesce(j.serial, 0)) as last_serial,
       coalesce(j.created_micros, 0) as last_created
     from scheduler.namespaces n
     left join lateral (
       select j.serial, j.created_micros
       from (select distinct on (bucket / 100000) bucket from scheduler.serial_marks where ns = n.id
             order by bucket / 100000, bucket desc) newest
       cross join lateral (
         select serial, created_micros from scheduler.jobs where ns = n.id and bucket = newest.bucket order by serial desc limit 1) j
       order by j.serial desc limit 1) j on true
     where n.shard = $1 order by n.id`,
    [shard],
  );
  const [shapes, queues, limits, marks, past] = await Promise.all([
    loadShapes(pool, shard),
    loadQueues(pool, shard),
    loadLimits(pool, shard),
    loadMarks(pool, shard),
    loadPast(pool, shard),
  ]);
  return rows.map(({ id, name, last_serial, last_created }) => ({
    id,
    name,
    lastSerial: last_serial,
    lastCreatedMicros: last_created,
    shapes: shapes.get(id) ?? [],
    queues: queues.get(id) ?? [],
    limits: limits.get(id) ?? [],
    marks: marks.get(id) ?? [],
    past: past.get(id) ?? [],
  }));
}

const ofShard = "join scheduler.namespaces n on n.id = t.ns where n.shard = $1";

async function loadShapes(pool: Pool, shard: number): Promise<Map<number, NamespaceSeed["shapes"][number][]>> {
  const { rows } = await pool.query<{
    ns: number;
    shape: number;
    queue: string;
    required: [string, string][];
    lane_labels: [string, string][];
    policy: JobPolicy;
  }>(`select t.* from scheduler.shapes t ${ofShard} order by t.ns, t.shape`, [shard]);
  return byNamespace(rows, ({ shape, queue, required, lane_labels, policy }) => ({
    id: shape,
    queue,
    requiredLabels: required,
    laneLabels: lane_labels,
    policy,
  }));
}

async function loadQueues(pool: Pool, shard: number): Promise<Map<number, NamespaceSeed["queues"][number][]>> {
  const { rows } = await pool.query<{ ns: number; queue: string; settings: Partial<QueueSettings> }>(
    `select t.* from scheduler.queues t ${ofShard}`,
    [shard],
  );
  return byNamespace(rows, ({ queue, settings }) => ({ name: queue, settings }));
}

async function loadLimits(pool: Pool, shard: number): Promise<Map<number, StoredLimit[]>> {
  const { rows } = await pool.query<{
    ns: number;
    key: string;
    seats: number | null;
    rate: number | null;
    burst: number | null;
    tokens: number | null;
    at_ms: number | null;
  }>(
    `select t.*, n.id from (
       select coalesce(l.ns, r.ns) as ns, coalesce(l.key, r.key) as key, l.seats, l.rate, l.burst, r.tokens, r.at_ms
       from scheduler.limits l full join scheduler.rate_levels r on r.ns = l.ns and r.key = l.key) t ${ofShard}`,
    [shard],
  );
  return byNamespace(rows, ({ key, seats, rate, burst, tokens, at_ms }) => ({
    key,
    seats: seats ?? undefined,
    ratePerSecond: rate ?? undefined,
    burst: burst ?? 1,
    ...(tokens !== null && at_ms !== null && { tokens, tokensAt: at_ms }),
  }));
}

async function loadMarks(pool: Pool, shard: number): Promise<Map<number, SerialMark[]>> {
  const { rows } = await pool.query<{ ns: number; bucket: number; first_serial: number }>(
    `select t.* from scheduler.serial_marks t ${ofShard}`,
    [shard],
  );
  return byNamespace(rows, ({ bucket, first_serial: firstSerial }) => ({ bucket, firstSerial }));
}

async function loadPast(pool: Pool, shard: number): Promise<Map<number, PastShard[]>> {
  const { rows } = await pool.query<{ ns: number; shard: number; upto: number }>(
    `select t.ns, t.shard, t.upto from scheduler.past_shards t ${ofShard} order by t.upto`,
    [shard],
  );
  return byNamespace(rows, ({ shard: past, upto }) => ({ shard: past, upTo: upto }));
}

function byNamespace<Row extends { readonly ns: number }, T>(
  rows: readonly Row[],
  from: (row: Row) => T,
): Map<number, T[]> {
  const lists = new Map<number, T[]>();
  for (const row of rows) {
    const list = lists.get(row.ns);
    if (list) list.push(from(row));
    else lists.set(row.ns, [from(row)]);
  }
  return lists;
}

/** A live attempt as it is stored. */
export interface LeaseRow {
  readonly ns: number;
  readonly serial: number;
  readonly attempt: number;
  readonly runner: string;
  readonly claimed_ms: number;
  readonly started_ms: number;
  readonly lease_ms: number;
  readonly lease_until_ms: number;
  readonly hold_by_runner: boolean;
  readonly presence_ms: number;
  readonly execution_deadline_ms: number;
  readonly claim_info: Buffer | null;
  readonly cancel_actor: string | null;
  readonly cancel_message: string | null;
  readonly progress: string | null;
}

/** Reads the live attempts of a namespace with their latest progress. */
export async function loadLeases(pool: Pool, ns: number): Promise<LeaseRow[]> {
  const { rows } = await pool.query<LeaseRow>(
    `select l.*, coalesce(l.started_ms, 0) as started_ms, coalesce(l.execution_deadline_ms, 0) as execution_deadline_ms, p.data as progress
     from scheduler.leases l
     left join scheduler.progress p on p.ns = l.ns and p.serial = l.serial and p.attempt = l.attempt
     where l.ns = $1`,
    [ns],
  );
  return rows;
}

/** The next free event number of a shard. */
export async function loadNextSequence(pool: Pool, shard: number): Promise<number> {
  const { rows } = await pool.query<{ next: number }>(
    `select greatest(s.sequence_floor + 1, e.next) as next from scheduler.shards s left join lateral (
       select first_sequence + n as next from scheduler.events where shard = $1 order by first_sequence desc limit 1) e on true
     where s.shard = $1`,
    [shard],
  );
  return rows[0]?.next ?? 1;
}

/** A stored request. */
export interface RequestRow {
  readonly ns: number;
  readonly request_key: string;
  readonly fingerprint: Buffer | null;
  readonly serials: readonly number[];
  readonly n: number;
  readonly created_ms: number;
}

/** Requests of a shard that were made since a time, ms. `days` says where they may lie. */
export async function loadRequests(
  pool: Pool,
  days: readonly number[],
  sinceMs: number,
  shard: number,
): Promise<RequestRow[]> {
  const { rows } = await pool.query<RequestRow>(
    `select r.* from scheduler.requests r join scheduler.namespaces n on n.id = r.ns
     where n.shard = $3 and r.day = any($1) and r.created_ms >= $2`,
    [days, Math.floor(sinceMs), shard],
  );
  return rows;
}

/** Requests by their keys, of those that were made since a time, ms. `days` says where they may lie. */
export async function findRequests(
  pool: Pool,
  ns: number,
  days: readonly number[],
  sinceMs: number,
  keys: readonly string[],
): Promise<RequestRow[]> {
  const { rows } = await pool.query<RequestRow>(
    "select * from scheduler.requests where day = any($1) and ns = $2 and request_key = any($3) and created_ms >= $4",
    [days, ns, keys, Math.floor(sinceMs)],
  );
  return rows;
}

/** The key that ids are made with. */
export async function loadIdKey(pool: Pool): Promise<Buffer> {
  const { rows } = await pool.query<{ id_key: Buffer }>("select id_key from scheduler.installation");
  const key = rows[0]?.id_key;
  if (!key)
    throw new Error(
      "the table scheduler.installation is empty: restore it from a backup, ids can't be read without its key",
    );
  return key;
}

/** The number of a namespace; it is made in this shard if it is new. */
export async function ensureNamespace(pool: Pool, name: string, shard: number): Promise<{ id: number; shard: number }> {
  await pool.query("insert into scheduler.namespaces (name, shard) values ($1, $2) on conflict (name) do nothing", [
    name,
    shard,
  ]);
  const { rows } = await pool.query<{ id: number; shard: number }>(
    "select id, shard from scheduler.namespaces where name = $1",
    [name],
  );
  return rows[0] as { id: number; shard: number };
}
