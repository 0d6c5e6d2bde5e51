import type { Pool } from "@switchyard/postgres";
import type { FinalState } from "../domain/core/model.js";
import type { EndedFact } from "../domain/core/reuse.js";

/** How jobs ended, by serial; those that are open or not there are left out. */
export async function loadFinalStates(
  pool: Pool,
  ns: number,
  serials: readonly number[],
): Promise<Map<number, FinalState>> {
  const { rows } = await pool.query<{ serial: number; job_state: FinalState }>({
    name: "scheduler-final-states",
    text: `select distinct on (o.serial) o.serial, o.job_state from scheduler.outcomes o
           where o.ns = $1 and o.serial = any($2) and o.final
             and not exists (select from scheduler.open p where p.ns = o.ns and p.serial = o.serial)
           order by o.serial, o.reopen desc`,
    values: [ns, serials],
  });
  return new Map(rows.map(({ serial, job_state }) => [serial, job_state]));
}

/** Jobs of one key that are looked at, the newest: a key under which jobs are made for ever must not cost more and more. */
const newestOfKey = 1_000;

/** Finished jobs by re-use key, the last that ended first: of each end state only the last one. */
export async function loadByReuseKey(
  pool: Pool,
  ns: number,
  keys: readonly string[],
): Promise<Map<string, EndedFact[]>> {
  const { rows } = await pool.query<{ key: string; serial: number; job_state: FinalState; ended_ms: number }>({
    name: "scheduler-by-reuse-key",
    text: `select distinct on (k.key, o.job_state) k.key, j.serial, o.job_state, o.ended_ms
           from unnest($2::text[]) k(key)
           cross join lateral (select serial from scheduler.jobs where ns = $1 and reuse_key = k.key
             order by serial desc limit ${newestOfKey}) j
           cross join lateral (select job_state, ended_ms from scheduler.outcomes
             where ns = $1 and serial = j.serial and final order by reopen desc limit 1) o
           where not exists (select from scheduler.open p where p.ns = $1 and p.serial = j.serial)
           order by k.key, o.job_state, o.ended_ms desc, j.serial desc`,
    values: [ns, keys],
  });
  const byKey = new Map<string, EndedFact[]>();
  for (const { key, serial, job_state: state, ended_ms: at } of rows) {
    const facts = byKey.get(key) ?? [];
    facts.push({ serial, state, at });
    byKey.set(key, facts);
  }
  for (const facts of byKey.values()) facts.sort((a, b) => b.at - a.at || b.serial - a.serial);
  return byKey;
}
