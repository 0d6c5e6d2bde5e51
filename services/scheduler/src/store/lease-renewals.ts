import { createCoalescer } from "@switchyard/collections";
import type { Pool } from "@switchyard/postgres";
import { renewShards } from "./take-shard.js";
import type { Term } from "./term.js";

/** Most terms in one statement. */
const maxTerms = 1_024;

/** Creates what makes leases of terms longer: those of one database that are due together share a statement. It answers false for a term that is over. */
export function createLeaseRenewals(pool: Pool): (term: Term, leaseMs: number) => Promise<boolean> {
  const renewals = createCoalescer<{ readonly term: Term; readonly leaseMs: number }, boolean>({
    maxItems: maxTerms,
    async flush(items) {
      const leaseMs = Math.min(...items.map((item) => item.leaseMs));
      const held = await renewShards(
        pool,
        items.map(({ term }) => term),
        leaseMs,
      );
      return items.map(({ term }) => held.has(term.shard));
    },
  });
  return (term, leaseMs) => renewals.add({ term, leaseMs });
}
