import type { RunnerRegistration } from "../domain/runner-record.js";
import type { Queryable } from "./database.js";

/** First key of the advisory locks under which unique names are given out; the second is a hash of the name. */
const nameLockClass = 7_402;

/**
 * Registers a runner under its id, or registers it anew: the specification is replaced, a revocation and a pause end, and
 * counters, first registration and an operator's drain stay. Returns whether it was not known before.
 *
 * @param seen registration itself is a sign of life
 */
export async function upsertRunner(
  db: Queryable,
  runner: RunnerRegistration,
  now: Date,
  seen: boolean,
): Promise<boolean> {
  const { rows } = await db.query<{ created: boolean }>({
    name: "runner-gateway upsert-runner",
    text: `
      with r as (
        insert into runners.runners as r (namespace, id, name, labels, slots, presence_ms, spec, registered_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8)
        on conflict (namespace, id) do update
          set name = excluded.name, labels = excluded.labels, slots = excluded.slots,
              presence_ms = excluded.presence_ms, spec = excluded.spec, paused = false, revoked_at = null
        returning xmax = 0 as created
      ), a as (
        insert into runners.activity as a (namespace, runner_id, last_seen_at, present)
        values ($1, $2, case when $9 then $8::timestamptz end, $9)
        on conflict (namespace, runner_id) do update
          set last_seen_at = coalesce(excluded.last_seen_at, a.last_seen_at), present = excluded.present or a.present
      )
      select created from r`,
    values: [
      runner.namespace,
      runner.id,
      runner.name,
      JSON.stringify(runner.labels),
      runner.slots,
      runner.presenceMs,
      runner.spec,
      now,
      seen,
    ],
  });
  return rows[0]?.created ?? false;
}

/**
 * Whether a runner of the namespace has this name. Until the transaction ends, nobody else who asks gets an answer, so
 * that of two who want the name one sees the other.
 */
export async function isNameTaken(db: Queryable, namespace: string, name: string): Promise<boolean> {
  await db.query("select pg_advisory_xact_lock($1, hashtext($2))", [nameLockClass, `${namespace}\n${name}`]);
  const { rowCount } = await db.query("select from runners.runners where namespace = $1 and name = $2 limit 1", [
    namespace,
    name,
  ]);
  return rowCount !== 0;
}
