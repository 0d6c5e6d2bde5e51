import { inTransaction, type Pool } from "@switchyard/postgres";
import type { PoolClient } from "pg";
import type { Term } from "./term.js";

/** Event numbers per partition. */
export const eventsPerPartition = 4_194_304;

/** What a partition holds: a bucket (of jobs and all that is kept about them), a stretch of events, or a day of requests. */
export interface Partition {
  readonly of: "bucket" | "events" | "requests";
  /** The bucket; the first event number / 4,194,304; the days since 1970. */
  readonly number: number;
}

/** The partitioned tables, and how a partition's bounds are said. */
const tables = {
  bucket: { names: ["jobs", "amendments", "outcomes", "rollups"], bounds: (n: number) => `in (${n})` },
  events: {
    names: ["events"],
    bounds: (n: number) => `from (${n * eventsPerPartition}) to (${(n + 1) * eventsPerPartition})`,
  },
  requests: { names: ["requests"], bounds: (n: number) => `in (${n})` },
} as const;

/** Sums are added to about once a second each: room on their pages, and vacuum after a minute of that. */
const storage: Readonly<Record<string, string>> = {
  rollups: " with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500)",
};

/** Advisory lock under which partitions are made, so that the owners of several shards don't make the same one at once. */
const makerLock = 7_401;

/** How long a change of partitions may wait for a lock, and so hold up the writes behind it, ms. */
const lockTimeoutMs = 100;

/** How often a partition that is needed now is tried to be made. */
const makeAttempts = 5;

/**
 * Makes partitions that are not there. A table is made first and attached then: that waits for no write and no read of the parent,
 * while `create table ... partition of` would lock all of them out.
 */
export function makePartitions(pool: Pool, term: Term, partitions: readonly Partition[]): Promise<void> {
  return makeMissing(pool, term, partitions);
}

/** The same for what a move brings, whoever owns the shard. */
export function makePartitionsForArrival(pool: Pool, partitions: readonly Partition[]): Promise<void> {
  return makeMissing(pool, undefined, partitions);
}

async function makeMissing(pool: Pool, term: Term | undefined, partitions: readonly Partition[]): Promise<void> {
  const missing = await missingOf(pool, partitions);
  if (missing.length === 0) return;
  await inFencedTransaction(pool, term, makeAttempts, async (client) => {
    await client.query("select pg_advisory_xact_lock($1, 0)", [makerLock]);
    for (const { of, number } of missing) {
      for (const parent of tables[of].names) {
        const name = `scheduler.${parent}_${number}`;
        const { rows } = await client.query<{ found: boolean }>("select to_regclass($1) is not null as found", [name]);
        if (rows[0]?.found) continue;
        await client.query(`create table ${name} (like scheduler.${parent} including all)${storage[parent] ?? ""}`);
        await client.query(
          `alter table scheduler.${parent} attach partition ${name} for values ${tables[of].bounds(number)}`,
        );
      }
    }
  });
}

/** Those of the partitions that are not there. Mostly another shard of the database has made them, and then there is nothing to wait for. */
async function missingOf(pool: Pool, partitions: readonly Partition[]): Promise<readonly Partition[]> {
  const names = partitions.map(({ of, number }) => `scheduler.${tables[of].names.at(-1)}_${number}`);
  const { rows } = await pool.query<{ missing: boolean }>(
    "select to_regclass(name) is null as missing from unnest($1::text[]) with ordinality t(name, i) order by i",
    [names],
  );
  return partitions.filter((_, i) => rows[i]?.missing);
}

/** The partitions that there are, by rising number. */
export async function listPartitions(pool: Pool): Promise<Partition[]> {
  const { rows } = await pool.query<{ parent: string; number: number }>(
    `select parent.relname as parent, substring(child.relname from '_([0-9]+)$')::int as number
     from pg_inherits join pg_class parent on parent.oid = inhparent join pg_class child on child.oid = inhrelid
     where parent.relnamespace = 'scheduler'::regnamespace and parent.relname in ('jobs', 'events', 'requests') and parent.relkind = 'p'
     order by 2`,
  );
  return rows.map(({ parent, number }) => ({ of: parent === "jobs" ? "bucket" : (parent as Partition["of"]), number }));
}

/**
 * Runs a change of partitions, or refuses it when the shard has another owner. A change that has to wait for a lock gives up soon, since other
 * writes wait behind it, and is tried so many times.
 */
export function inFencedTransaction<T>(
  pool: Pool,
  term: Term | undefined,
  attempts: number,
  change: (client: PoolClient) => Promise<T>,
): Promise<T> {
  const fenced = async (client: PoolClient) => {
    if (term) await client.query("select scheduler.fence($1, $2)", [[term.shard], [term.epoch]]);
    return change(client);
  };
  return inTransaction(pool, fenced, { lockTimeoutMs, tries: attempts });
}
