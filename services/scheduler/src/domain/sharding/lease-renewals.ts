import { createCoalescer } from "@switchyard/collections";
import type { Pool } from "@switchyard/postgres";
import { renewShards } from "../../store/take-shard.js";
import type { Term } from "../../store/term.js";
import { mostShards } from "../../shard-databases.js";

/** Creates what renews the leases of a replica's shards in one database: all that are due at once share a statement. It answers false for a term that is over. */
export function createLeaseRenewals(pool: Pool, leaseMs: number): (term: Term) => Promise<boolean> {
  const renewals = createCoalescer<Term, boolean>({
    maxItems: mostShards,
    async flush(terms) {
      const held = await renewShards(pool, terms, leaseMs);
      return terms.map(({ shard }) => held.has(shard));
    },
  });
  return (term) => renewals.add(term);
}
