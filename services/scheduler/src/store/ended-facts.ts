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

/** Finished jobs by re-use key, the last that ended first. */
export async function loadByReuseKey(
  pool: Pool,
  ns: number,
  keys: readonly string[],
): Promise<Map<string, EndedFact[]>> {
  const { rows } = await pool.query<{ reuse_key: string; serial: number; job_state: FinalState; ended_ms: number }>({
    name: "scheduler-by-reuse-key",
    text: `select j.reuse_key, j.serial, o.job_state, o.ended_ms from scheduler.jobs j
           join lateral (select job_state, ended_ms from scheduler.outcomes o
             where o.ns = j.ns and o.serial = j.serial and o.final order by reopen desc limit 1) o on true
           where j.ns = $1 and j.reuse_key = any($2)
             and not exists (select from scheduler.open p where p.ns = j.ns and p.serial = j.serial)
           order by o.ended_ms desc`,
    values: [ns, keys],
  });
  const byKey = new Map<string, EndedFact[]>();
  for (const { reuse_key, serial, job_state: state, ended_ms: at } of rows) {
    const facts = byKey.get(reuse_key) ?? [];
    facts.push({ serial, state, at });
    byKey.set(reuse_key, facts);
  }
  return byKey;
}
