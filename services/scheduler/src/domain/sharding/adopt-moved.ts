import type { Pool } from "@switchyard/postgres";
import { adoptArrival } from "../../store/arrivals.js";
import { findMove } from "../../store/placements.js";

/** Takes in a namespace that a committed move has brought to the database of its shard, unless that was done before, or it lives elsewhere. */
export async function adoptMoved(home: Pool, pool: Pool | undefined, namespace: string, shard: number): Promise<void> {
  const { shard: placed, move } = await findMove(home, namespace);
  if (pool && placed === shard && move !== undefined) await adoptArrival(pool, namespace, move);
}
