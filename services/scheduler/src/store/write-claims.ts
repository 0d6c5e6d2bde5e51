import { intArrayLiteral } from "@switchyard/postgres";
import type { Client } from "pg";
import type { LimitKey } from "../domain/core/limit-key.js";
import type { ClaimWrite } from "../domain/core/writes.js";
import { type Part, writeFenced } from "./fenced-statement.js";
import { leasePart } from "./lease-rows.js";
import { eventsPart, type NumberedEvents } from "./numbered-events.js";
import type { Term } from "./term.js";

/** Stores new leases, and the levels of the rate keys that they spent from. */
export async function writeClaims(
  client: Client,
  term: Term,
  writes: readonly ClaimWrite[],
  events: NumberedEvents,
): Promise<void> {
  const attempts = writes.flatMap((write) => write.attempts);
  await writeFenced(client, term, "claim", [...eventsPart(term, events), ...leasePart(attempts), ...levelPart(writes)]);
}

/** The levels as they are now: at least as low as when the claims were decided, so that a next owner never finds too much. */
function levelPart(writes: readonly ClaimWrite[]): Part[] {
  const levels = new Map<string, { ns: number; key: LimitKey }>();
  for (const { attempts } of writes) {
    for (const { job, seats } of attempts) {
      for (const key of seats) {
        if (key.sort === "rate" && key.spec.ratePerSecond !== undefined)
          levels.set(`${job.space.id}:${key.name}`, { ns: job.space.id, key });
      }
    }
  }
  if (levels.size === 0) return [];
  const rows = [...levels.values()];
  return [
    {
      name: "rl",
      sql: ([n, k, t, a]) =>
        `insert into scheduler.rate_levels (ns, key, tokens, at_ms)
         select * from unnest(${n}::int[], ${k}::text[], ${t}::float8[], ${a}::bigint[]) where (select ok from f)
         on conflict (ns, key) do update set tokens = excluded.tokens, at_ms = excluded.at_ms`,
      values: [
        intArrayLiteral(rows.map(({ ns }) => ns)),
        rows.map(({ key }) => key.name),
        rows.map(({ key }) => key.tokens),
        intArrayLiteral(rows.map(({ key }) => Math.floor(key.tokensAt))),
      ],
    },
  ];
}
