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
    "insert into scheduler.placements (name, shard) values ($1, $2) on conflict (name) do update set shard = excluded.shard",
    [name, shard],
  );
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
