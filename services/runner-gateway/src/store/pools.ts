import { poolChannel, type Queryable } from "./database.js";

/** The wanted size of a namespace's managed pool. */
export interface PoolRow {
  readonly namespace: string;
  /** Size while it runs. */
  readonly size: number;
  readonly running: boolean;
}

/** Reads the pools of some namespaces, or of all. */
export async function readPools(db: Queryable, namespaces?: readonly string[]): Promise<PoolRow[]> {
  const { rows } = await db.query<PoolRow>(
    `select namespace, size, running from runners.pools
      where $1::text[] is null or namespace = any($1) order by namespace`,
    [namespaces ?? null],
  );
  return rows;
}

/** What is ordered of a pool; unset fields stay as they are. */
export interface PoolChange {
  readonly size?: number | undefined;
  readonly running?: boolean | undefined;
  /** Only for a pool that nobody has ordered anything for. */
  readonly ifNew?: boolean;
}

/** Changes a pool, making it when it is missing, and returns how it was. */
export async function changePool(
  db: Queryable,
  namespace: string,
  { size, running, ifNew }: PoolChange,
): Promise<PoolRow> {
  const made = await db.query(
    "insert into runners.pools (namespace, size, running) values ($1, 0, false) on conflict do nothing",
    [namespace],
  );
  const { rows } = await db.query<PoolRow>(
    "select namespace, size, running from runners.pools where namespace = $1 for update",
    [namespace],
  );
  if (ifNew && made.rowCount === 0) return rows[0] ?? { namespace, size: 0, running: false };
  await db.query(
    "update runners.pools set size = coalesce($2, size), running = coalesce($3, running) where namespace = $1",
    [namespace, size ?? null, running ?? null],
  );
  await db.query("select pg_notify($1, $2)", [poolChannel, namespace]);
  return rows[0] ?? { namespace, size: 0, running: false };
}
