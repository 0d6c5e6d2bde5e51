import type { Pool } from "@switchyard/postgres";
import type { JobPolicy, JobShape } from "../domain/core/model.js";
import type { NamespaceSeed } from "../domain/core/namespace.js";
import { type DecisionColumns, decisionBytes, unpackDecision } from "./decision-columns.js";

/** Open jobs per query. Packed by the server, so that a page is one value and not twenty thousand rows. */
const pageSize = 20_000;

/** Reads the namespaces of a shard with their shapes and the last numbers that they gave out. */
export async function loadNamespaces(pool: Pool, shard: number): Promise<NamespaceSeed[]> {
  const { rows } = await pool.query<{ id: number; name: string; last_serial: number; last_created: number }>(
    `select n.id, n.name,
       greatest(n.serial_floor, coalesce(j.serial, 0)) as last_serial,
       coalesce(j.created_micros, 0) as last_created
     from scheduler.namespaces n
     left join lateral (select serial, created_micros from scheduler.jobs where ns = n.id order by serial desc limit 1) j on true
     where n.shard = $1 order by n.id`,
    [shard],
  );
  const shapes = await loadShapes(pool, shard);
  return rows.map(({ id, name, last_serial, last_created }) => ({
    id,
    name,
    lastSerial: last_serial,
    lastCreatedMicros: last_created,
    shapes: shapes.get(id) ?? [],
  }));
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

/** Reads the open jobs of a namespace, in the order of their serials. */
export async function* loadOpenJobs(
  pool: Pool,
  ns: number,
): AsyncGenerator<DecisionColumns & { readonly serial: number }> {
  for (let after = 0; ; ) {
    const { rows } = await pool.query<{ n: number; packed: Buffer | null }>(
      `select count(*)::int as n, string_agg(int8send(serial) || decision, ''::bytea order by serial) as packed
       from (select serial, decision from scheduler.open where ns = $1 and serial > $2 order by serial limit ${pageSize}) page`,
      [ns, after],
    );
    const { n, packed } = rows[0] ?? { n: 0, packed: null };
    if (!packed) return;
    const width = 8 + decisionBytes;
    for (let at = 0; at < packed.length; at += width) {
      after = packed.readUInt32BE(at) * 0x100000000 + packed.readUInt32BE(at + 4);
      yield { serial: after, ...unpackDecision(packed.subarray(at + 8, at + width)) };
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

/** Requests that were made since a time, ms. */
export async function loadRequests(pool: Pool, sinceMs: number): Promise<RequestRow[]> {
  const { rows } = await pool.query<RequestRow>("select * from scheduler.requests where created_ms >= $1", [
    Math.floor(sinceMs),
  ]);
  return rows;
}

/** Requests by their keys. */
export async function findRequests(pool: Pool, ns: number, keys: readonly string[]): Promise<RequestRow[]> {
  const { rows } = await pool.query<RequestRow>(
    "select * from scheduler.requests where ns = $1 and request_key = any($2)",
    [ns, keys],
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
