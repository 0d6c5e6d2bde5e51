import type { Pool } from "@switchyard/postgres";
import type { FinalState } from "../domain/core/model.js";
import type { EndedFact } from "../domain/core/reuse.js";

/** How jobs ended, by serial; those that are open or not there are left out. `buckets` says where they may lie. */
export async function loadFinalStates(
  pool: Pool,
  ns: number,
  buckets: readonly number[],
  serials: readonly number[],
): Promise<Map<number, FinalState>> {
  const ends = await loadEnds(pool, ns, buckets, serials);
  return new Map(ends.map(({ serial, job_state }) => [serial, job_state]));
}

interface EndRow {
  readonly serial: number;
  readonly job_state: FinalState;
  readonly ended_ms: number;
}

/** The last ends of jobs that are not open. Not a named statement; see `readJobs`. */
async function loadEnds(
  pool: Pool,
  ns: number,
  buckets: readonly number[],
  serials: readonly number[],
): Promise<EndRow[]> {
  const { rows } = await pool.query<EndRow>(
    `select distinct on (o.serial) o.serial, o.job_state, o.ended_ms from scheduler.outcomes o
     where o.ns = $1 and o.bucket = any($2) and o.serial = any($3) and o.final
       and not exists (select from scheduler.open p where p.ns = o.ns and p.serial = o.serial)
     order by o.serial, o.reopen desc`,
    [ns, buckets, serials],
  );
  return rows;
}

/** Jobs of one key that are looked at, the newest: a key under which jobs are made for ever must not cost more and more. */
const newestOfKey = 1_000;

/**
 * Finished jobs by re-use key, the last that ended first: of each end state only the last one. `buckets` are all those of the namespace, since
 * a key says nothing about the time. The ends are a second query, which names the few buckets that matter.
 */
export async function loadByReuseKey(
  pool: Pool,
  ns: number,
  buckets: readonly number[],
  keys: readonly string[],
): Promise<Map<string, EndedFact[]>> {
  const { rows: jobs } = await pool.query<{ key: string; bucket: number; serial: number }>(
    `select k.key, j.bucket, j.serial
     from unnest($3::text[]) k(key)
     cross join lateral (select bucket, serial from scheduler.jobs where ns = $1 and bucket = any($2) and reuse_key = k.key
       order by serial desc limit ${newestOfKey}) j`,
    [ns, buckets, keys],
  );
  if (jobs.length === 0) return new Map();
  const named = [...new Set(jobs.map(({ bucket }) => bucket))];
  const ends = await loadEnds(
    pool,
    ns,
    named,
    jobs.map(({ serial }) => serial),
  );
  const keyOf = new Map(jobs.map(({ serial, key }) => [serial, key]));
  const byKey = new Map<string, EndedFact[]>();
  for (const { serial, job_state: state, ended_ms: at } of ends.sort(lastFirst)) {
    const key = keyOf.get(serial) as string;
    const facts = byKey.get(key) ?? [];
    if (!facts.some((fact) => fact.state === state)) facts.push({ serial, state, at });
    byKey.set(key, facts);
  }
  return byKey;
}

function lastFirst(a: EndRow, b: EndRow): number {
  return b.ended_ms - a.ended_ms || b.serial - a.serial;
}
