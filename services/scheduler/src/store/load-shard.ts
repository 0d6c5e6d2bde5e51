import type { Pool } from "@switchyard/postgres";
import type { JobPolicy, JobShape } from "../domain/core/model.js";
import type { SerialMark } from "../domain/core/bucket-index.js";
import type { NamespaceSeed } from "../domain/core/namespace.js";
import { type DecisionColumns, decisionBytes, unpackDecision } from "./decision-columns.js";

/** Open jobs per query. Packed by the server, so that a page is one value and not twenty thousand rows. */
const pageSize = 20_000;

/**
 * Reads the namespaces of a shard with their shapes, their marks and the last numbers that they gave out: the last job lies in the newest bucket of
 * one of the retention families.
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
  const [shapes, marks] = await Promise.all([loadShapes(pool, shard), loadMarks(pool, shard)]);
  return rows.map(({ id, name, last_serial, last_created }) => ({
    id,
    name,
    lastSerial: last_serial,
    lastCreatedMicros: last_created,
    shapes: shapes.get(id) ?? [],
    marks: marks.get(id) ?? [],
  }));
}

async function loadMarks(pool: Pool, shard: number): Promise<Map<number, SerialMark[]>> {
  const { rows } = await pool.query<{ ns: number; bucket: number; first_serial: number }>(
    `select m.ns, m.bucket, m.first_serial
     from scheduler.serial_marks m join scheduler.namespaces n on n.id = m.ns where n.shard = $1`,
    [shard],
  );
  const marks = new Map<number, SerialMark[]>();
  for (const { ns, bucket, first_serial: firstSerial } of rows) {
    const list = marks.get(ns) ?? [];
    list.push({ bucket, firstSerial });
    marks.set(ns, list);
  }
  return marks;
}

async function loadShapes(pool: Pool, shard: number): Promise<Map<number, JobShape[]>> {
  const { rows } = await pool.query<{
    ns: number;
    shape: number;
    queue: string;
    kind: string;
    required: [string, string][];
    policy: JobPolicy;
  }>(
    `select s.ns, s.shape, s.queue, s.kind, s.required, s.policy
     from scheduler.shapes s join scheduler.namespaces n on n.id = s.ns where n.shard = $1 order by s.ns, s.shape`,
    [shard],
  );
  const shapes = new Map<number, JobShape[]>();
  for (const { ns, shape, queue, kind, required, policy } of rows) {
    const list = shapes.get(ns) ?? [];
    list.push({ id: shape, queue, kind, requiredLabels: required, policy });
    shapes.set(ns, list);
  }
  return shapes;
}

/** Reads the open jobs of a namespace, by bucket and serial. */
export async function* loadOpenJobs(
  pool: Pool,
  ns: number,
): AsyncGenerator<DecisionColumns & { readonly bucket: number; readonly serial: number }> {
  for (let bucket = 0, serial = 0; ; ) {
    const { rows } = await pool.query<{ n: number; packed: Buffer | null }>(
      `select count(*)::int as n, string_agg(int4send(bucket) || int8send(serial) || decision, ''::bytea order by bucket, serial) as packed
       from (select bucket, serial, decision from scheduler.open where ns = $1 and (bucket, serial) > ($2, $3)
             order by bucket, serial limit ${pageSize}) page`,
      [ns, bucket, serial],
    );
    const { n, packed } = rows[0] ?? { n: 0, packed: null };
    if (!packed) return;
    const width = 12 + decisionBytes;
    for (let at = 0; at < packed.length; at += width) {
      bucket = packed.readUInt32BE(at);
      serial = packed.readUInt32BE(at + 4) * 0x100000000 + packed.readUInt32BE(at + 8);
      yield { bucket, serial, ...unpackDecision(packed.subarray(at + 12, at + width)) };
    }
    if (n < pageSize) return;
  }
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
    `select l.*, p.data as progress from scheduler.leases l
     left join scheduler.progress p on p.ns = l.ns and p.serial = l.serial and p.attempt = l.attempt
     where l.ns = $1`,
    [ns],
  );
  return rows;
}

/** The next free event number of a shard. */
export async function loadNextSequence(pool: Pool, shard: number): Promise<number> {
  const { rows } = await pool.query<{ next: number }>(
    "select first_sequence + n as next from scheduler.events where shard = $1 order by first_sequence desc limit 1",
    [shard],
  );
  return rows[0]?.next ?? 1;
}

/** A stored request. */
export interface RequestRow {
  readonly ns: number;
  readonly request_key: string;
  readonly fingerprint: Buffer | null;
  readonly first_serial: number;
  readonly n: number;
  readonly created_ms: number;
}

/** Requests that were made since a time, ms. `days` says where they may lie. */
export async function loadRequests(pool: Pool, days: readonly number[], sinceMs: number): Promise<RequestRow[]> {
  const { rows } = await pool.query<RequestRow>(
    "select * from scheduler.requests where day = any($1) and created_ms >= $2",
    [days, Math.floor(sinceMs)],
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
