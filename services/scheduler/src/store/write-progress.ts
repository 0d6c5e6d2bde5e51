import { defineStatement, intArrayLiteral } from "@switchyard/postgres";
import type { Client } from "pg";
import type { LiveAttempt } from "../domain/core/model.js";
import { encodeProgress } from "./progress-text.js";
import type { Term } from "./term.js";

const statement = defineStatement(
  "scheduler-progress-1",
  `with f as materialized (select scheduler.fence($1, $2) as ok)
  insert into scheduler.progress (ns, serial, attempt, data)
  select * from unnest($3::int[], $4::bigint[], $5::int[], $6::text[]) where (select ok from f)
  on conflict (ns, serial, attempt) do update set data = excluded.data`,
);

/** Stores the latest progress of attempts; each attempt at most once per call. */
export async function writeProgress(client: Client, term: Term, attempts: readonly LiveAttempt[]): Promise<void> {
  const reporting = attempts.filter(({ progress }) => progress);
  await client.query({
    ...statement,
    values: [
      [term.shard],
      [term.epoch],
      intArrayLiteral(reporting.map(({ job }) => job.space.id)),
      intArrayLiteral(reporting.map(({ job }) => job.serial)),
      intArrayLiteral(reporting.map(({ number }) => number)),
      reporting.map(({ progress }) => (progress ? encodeProgress(progress) : "")),
    ],
  });
}
