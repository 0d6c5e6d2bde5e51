import { defineStatement } from "@switchyard/postgres";
import type { Client } from "pg";
import type { ClaimWrite } from "../domain/core/writes.js";
import { leaseColumns, leaseValues } from "./lease-rows.js";
import { eventValues, type NumberedEvents } from "./numbered-events.js";
import type { Term } from "./term.js";

const statement = defineStatement(
  "scheduler-claim-1",
  `with f as materialized (select scheduler.fence($1, $2) as ok),
    e as (insert into scheduler.events (shard, first_sequence, n, at_ms, data)
      select $3, $4, $5, $6, $7 where $5::int > 0 and (select ok from f))
  insert into scheduler.leases (${leaseColumns})
  select * from unnest($8::int[], $9::bigint[], $10::int[], $11::text[], $12::bigint[], $13::bigint[], $14::bigint[], $15::bool[], $16::bigint[], $17::bigint[], $18::bytea[])
  where (select ok from f)`,
);

/** Stores new leases. */
export async function writeClaims(
  client: Client,
  term: Term,
  writes: readonly ClaimWrite[],
  events: NumberedEvents,
): Promise<void> {
  const attempts = writes.flatMap((write) => write.attempts);
  await client.query({
    ...statement,
    values: [[term.shard], [term.epoch], ...eventValues(term, events), ...leaseValues(attempts)],
  });
}
