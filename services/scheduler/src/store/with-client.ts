import type { Pool } from "@switchyard/postgres";
import type { PoolClient } from "pg";

/**
 * Lends a connection of a pool for several statements. One that is lost meanwhile fails the statement under way and is replaced; without a listener, which
 * the pool has for idle connections only, its loss would end the process too.
 */
export async function withClient<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let lost: Error | undefined;
  const onError = (error: Error) => {
    lost = error;
  };
  client.on("error", onError);
  try {
    return await work(client);
  } finally {
    client.off("error", onError);
    client.release(lost);
  }
}
