import type { Pool } from "@switchyard/postgres";
import { openDepartures, settleDeparture } from "../../store/departures.js";
import { callOffMove } from "../../store/placements.js";
import type { Term } from "../../store/term.js";

/**
 * Finds out what became of namespaces that were about to leave a shard for another database when its last term ended. One whose placement still says that it lives here stays,
 * and the move that wanted it can't be committed any more, whoever makes it; one that lives elsewhere is not loaded again.
 */
export async function settleDepartures(home: Pool, pool: Pool, term: Term): Promise<void> {
  for (const departure of await openDepartures(pool, term.shard)) {
    const stays = await callOffMove(home, departure.name, term.shard);
    await settleDeparture(pool, term, departure, !stays);
  }
}
