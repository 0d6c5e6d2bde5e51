import type { Pool } from "@switchyard/postgres";
import { shardChannel } from "./shard-rows.js";
import type { Term } from "./term.js";

/** What became of an attempt to give a namespace to another shard of the same database. */
export type SwitchOutcome = "switched" | "sums are behind" | "not here";

/**
 * Gives a namespace of a shard to another shard of the same database, in one transaction behind the fence of the present owner, whose term must have written everything: from
 * then on the other shard loads it, gives its events higher numbers than it ever had, and its earlier ones are read from here. Refused while events of the shard
 * are not in the sums, which only its own owner folds.
 */
export async function switchShard(pool: Pool, term: Term, namespace: string, target: number): Promise<SwitchOutcome> {
  const client = await pool.connect();
  try {
    await client.query("begin");
    await client.query("select scheduler.fence($1, $2)", [[term.shard], [term.epoch]]);
    const outcome = await change();
    await client.query(outcome === "switched" ? "commit" : "rollback");
    return outcome;
  } catch (error) {
    await client.query("rollback").catch(() => undefined);
    throw error;
  } finally {
    client.release();
  }

  async function change(): Promise<SwitchOutcome> {
    const { rows } = await client.query<{ last: number; target: number; summed: number }>(
      `select ${lastOf("$1")} as last, ${lastOf("$2")} as target,
         coalesce((select upto from scheduler.rollup_cursors where shard = $1), 0) as summed`,
      [term.shard, target],
    );
    const { last = 0, target: lastThere = 0, summed = 0 } = rows[0] ?? {};
    if (summed < last) return "sums are behind";
    const moved = await client.query<{ id: number }>(
      "update scheduler.namespaces set shard = $3 where name = $1 and shard = $2 returning id",
      [namespace, term.shard, target],
    );
    const ns = moved.rows[0]?.id;
    if (ns === undefined) return "not here";
    const upTo = Math.max(last, lastThere);
    await client.query(
      "insert into scheduler.past_shards (ns, upto, shard) values ($1, $2, $3) on conflict do nothing",
      [ns, upTo, term.shard],
    );
    await client.query(
      `update scheduler.shards set sequence_floor = greatest(sequence_floor, $2), stale_epoch = epoch where shard = $1`,
      [target, upTo],
    );
    await client.query(`select pg_notify('${shardChannel}', $1)`, [String(target)]);
    return "switched";
  }
}

/** The last event number of a shard, as SQL; `shard` is a parameter. */
export function lastOf(shard: string): string {
  return `greatest(
    coalesce((select first_sequence + n - 1 from scheduler.events where shard = ${shard} order by first_sequence desc limit 1), 0),
    (select sequence_floor from scheduler.shards where shard = ${shard}))`;
}

/** The last event of a shard, and whether all up to it are in the sums. */
export async function readEndOf(
  pool: Pool,
  shard: number,
): Promise<{ readonly last: number; readonly isSummed: boolean }> {
  const { rows } = await pool.query<{ last: number; summed: number }>(
    `select ${lastOf("$1")} as last, coalesce((select upto from scheduler.rollup_cursors where shard = $1), 0) as summed`,
    [shard],
  );
  const { last = 0, summed = 0 } = rows[0] ?? {};
  return { last, isSummed: summed >= last };
}

/** The row of a namespace in this database; undefined when it has none. */
export async function rowOf(
  pool: Pool,
  namespace: string,
): Promise<{ readonly ns: number; readonly shard: number; readonly serialFloor: number } | undefined> {
  const { rows } = await pool.query<{ ns: number; shard: number; serialFloor: number }>(
    `select id as ns, shard, serial_floor as "serialFloor" from scheduler.namespaces where name = $1`,
    [namespace],
  );
  return rows[0];
}

/** The shard that a namespace's row in this database names; undefined when it has none. */
export async function shardOfRow(pool: Pool, namespace: string): Promise<number | undefined> {
  const { rows } = await pool.query<{ shard: number }>("select shard from scheduler.namespaces where name = $1", [
    namespace,
  ]);
  return rows[0]?.shard;
}
