import type { Queryable } from "./database.js";

/** What may be changed about a registered runner; unset fields stay. */
export interface RunnerChange {
  readonly draining?: boolean;
  readonly paused?: boolean;
  readonly version?: string;
  readonly hostname?: string;
  readonly revokedAt?: Date;
}

/** Changes a runner and says whether it exists. */
export async function changeRunner(
  db: Queryable,
  namespace: string,
  id: string,
  change: RunnerChange,
): Promise<boolean> {
  const { rowCount } = await db.query({
    name: "runner-gateway change-runner",
    text: `
      update runners.runners
         set draining = coalesce($3, draining), paused = coalesce($4, paused), version = coalesce($5, version),
             hostname = coalesce($6, hostname), revoked_at = coalesce(revoked_at, $7)
       where namespace = $1 and id = $2`,
    values: [
      namespace,
      id,
      change.draining ?? null,
      change.paused ?? null,
      change.version ?? null,
      change.hostname ?? null,
      change.revokedAt ?? null,
    ],
  });
  return rowCount !== 0;
}

/** Forgets a runner with its counters; its credentials stay as revoked ones. */
export async function deleteRunner(db: Queryable, namespace: string, id: string): Promise<boolean> {
  const { rowCount } = await db.query("delete from runners.runners where namespace = $1 and id = $2", [namespace, id]);
  return rowCount !== 0;
}
