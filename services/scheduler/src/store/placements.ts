import type { Pool } from "@switchyard/postgres";

/** The shard that a namespace lives in; undefined for one that was never used. */
export async function findPlacement(home: Pool, name: string): Promise<number | undefined> {
  const { rows } = await home.query<{ shard: number }>({
    name: "scheduler-find-placement",
    text: "select shard from scheduler.placements where name = $1",
    values: [name],
  });
  return rows[0]?.shard;
}

/** A namespace lives in another shard from now on. */
export async function movePlacement(home: Pool, name: string, shard: number): Promise<void> {
  await home.query(
    `insert into scheduler.placements (name, shard) values ($1, $2)
     on conflict (name) do update set shard = excluded.shard, move = null`,
    [name, shard],
  );
}

/**
 * A move to another database begins; the one before, which the caller has seen, can't be committed any more. False: the namespace lives in another
 * shard, or somebody else has begun a move.
 */
export async function beginMove(
  home: Pool,
  name: string,
  source: number,
  before: string | undefined,
  move: string,
): Promise<boolean> {
  const { rowCount } = await home.query(
    "update scheduler.placements set move = $4 where name = $1 and shard = $2 and move is not distinct from $3",
    [name, source, before ?? null, move],
  );
  return rowCount === 1;
}

/** The commit point of a move to another database. False: it may not be committed, since another one was begun, or it was called off. */
export async function commitMove(
  home: Pool,
  name: string,
  source: number,
  target: number,
  move: string,
): Promise<boolean> {
  const { rowCount } = await home.query(
    "update scheduler.placements set shard = $3 where name = $1 and shard = $2 and move = $4",
    [name, source, target, move],
  );
  return rowCount === 1;
}

/** Calls off whatever move of a namespace away from a shard is not committed. False: it lives elsewhere by now. */
export async function callOffMove(home: Pool, name: string, shard: number): Promise<boolean> {
  const { rowCount } = await home.query("update scheduler.placements set move = null where name = $1 and shard = $2", [
    name,
    shard,
  ]);
  return rowCount === 1;
}

/** Where a namespace lives, and the last move of it that was begun, if it was not called off. */
export async function findMove(
  home: Pool,
  name: string,
): Promise<{ readonly shard?: number; readonly move?: string | undefined }> {
  const { rows } = await home.query<{ shard: number; move: string | null }>(
    "select shard, move from scheduler.placements where name = $1",
    [name],
  );
  return rows[0] ? { shard: rows[0].shard, move: rows[0].move ?? undefined } : {};
}

/** The shard that a namespace lives in; a new one is placed in the given one. Of many who place it at once all are told the same. */
export async function place(home: Pool, name: string, shard: number): Promise<number> {
  // One that a program made which knows of no placements lives where its row says.
  await home.query(
    `insert into scheduler.placements (name, shard)
     values ($1, coalesce((select shard from scheduler.namespaces where name = $1), $2)) on conflict do nothing`,
    [name, shard],
  );
  return (await findPlacement(home, name)) ?? shard;
}
