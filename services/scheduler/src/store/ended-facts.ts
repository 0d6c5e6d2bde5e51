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
  // Not named; see `readJobs`.
  const { rows } = await pool.query<{ serial: number; job_state: FinalState }>(
    `select distinct on (o.serial) o.serial, o.job_state from scheduler.outcomes o
     where o.ns = $1 and o.bucket = any($2) and o.serial = any($3) and o.final
       and not exists (select from scheduler.open p where p.ns = o.ns and p.serial = o.serial)
     order by o.serial, o.reopen desc`,
    [ns, buckets, serials],
  );
  return new Map(rows.map(({ serial, job_state }) => [serial, job_state]));
}

/** Finished jobs by re-use key, the last that ended first. `buckets` are all those of the namespace: a key says nothing about the time. */
export async function loadByReuseKey(
  pool: Pool,
  ns: number,
  buckets: readonly number[],
  keys: readonly string[],
): Promise<Map<string, EndedFact[]>> {
  const { rows: jobs } = await pool.query<{ reuse_key: string; bucket: number; serial: number }>(
    "select reuse_key, bucket, serial from scheduler.jobs where ns = $1 and bucket = any($2) and reuse_key = any($3)",
    [ns, buckets, keys],
  );
  if (jobs.length === 0) return new Map();
  // A second step, which names the few buckets that matter: planning both tables over all buckets costs several times as much.
  const { rows: ends } = await pool.query<{ serial: number; job_state: FinalState; ended_ms: number }>(
    `select distinct on (o.serial) o.serial, o.job_state, o.ended_ms from scheduler.outcomes o
     where o.ns = $1 and o.bucket = any($2) and o.serial = any($3) and o.final
       and not exists (select from scheduler.open p where p.ns = o.ns and p.serial = o.serial)
     order by o.serial, o.reopen desc`,
    [ns, [...new Set(jobs.map(({ bucket }) => bucket))], jobs.map(({ serial }) => serial)],
  );
  const keyOf = new Map(jobs.map(({ serial, reuse_key }) => [serial, reuse_key]));
  const byKey = new Map<string, EndedFact[]>();
  for (const { serial, job_state: state, ended_ms: at } of ends.sort((a, b) => b.ended_ms - a.ended_ms)) {
    const key = keyOf.get(serial) as string;
    const facts = byKey.get(key) ?? [];
    facts.push({ serial, state, at });
    byKey.set(key, facts);
  }
  return byKey;
}
