import type { Pool } from "@switchyard/postgres";
import type { PoolClient } from "pg";

/** What a store function needs: the pool, or a client inside a transaction. */
export type Queryable = Pick<Pool, "query"> | Pick<PoolClient, "query">;

/** Channel on which replicas tell each other that a runner changed; the payload is `["<namespace>","<id>"]`. */
export const runnerChannel = "switchyard_runners";

/** Channel on which replicas tell each other that a pool changed; the payload is the namespace. */
export const poolChannel = "switchyard_pools";

/** Channel on which replicas tell each other that an access token was revoked; the payload is its SHA-256, hexadecimal. */
export const tokenChannel = "switchyard_tokens";

/** Tells all replicas, at commit, that what they know of a runner is out of date. */
export async function announceRunner(db: Queryable, namespace: string, id: string): Promise<void> {
  await db.query("select pg_notify($1, $2)", [runnerChannel, JSON.stringify([namespace, id])]);
}
