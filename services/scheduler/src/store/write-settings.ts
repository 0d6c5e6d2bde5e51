import type { Pool } from "@switchyard/postgres";
import type { LimitSpec } from "../domain/core/limit-key.js";
import type { QueueSettings } from "../domain/core/queue.js";
import { writeFenced } from "./fenced-statement.js";
import type { Term } from "./term.js";

/** Stores the settings of a queue. */
export async function writeQueue(
  pool: Pool,
  term: Term,
  ns: number,
  queue: string,
  settings: QueueSettings,
): Promise<void> {
  await writeFenced(pool, term, "settings", [
    {
      name: "q",
      sql: ([n, q, s]) =>
        `insert into scheduler.queues (ns, queue, settings) select ${n}::int, ${q}::text, ${s}::jsonb where (select ok from f)
         on conflict (ns, queue) do update set settings = excluded.settings`,
      values: [ns, queue, JSON.stringify(settings)],
    },
  ]);
}

/** Stores limits; those without seats and rate are removed. */
export async function writeLimits(
  pool: Pool,
  term: Term,
  ns: number,
  limits: readonly { readonly key: string; readonly spec: LimitSpec }[],
): Promise<void> {
  const gone = limits.filter(({ spec }) => spec.seats === undefined && spec.ratePerSecond === undefined);
  const kept = limits.filter((limit) => !gone.includes(limit));
  await writeFenced(pool, term, "settings", [
    {
      name: "ld",
      sql: ([n, k]) =>
        `delete from scheduler.limits where ns = ${n}::int and key = any(${k}::text[]) and (select ok from f)`,
      values: [ns, gone.map(({ key }) => key)],
    },
    {
      name: "li",
      sql: ([n, k, s, r, b]) =>
        `insert into scheduler.limits (ns, key, seats, rate, burst)
         select ${n}::int, * from unnest(${k}::text[], ${s}::int[], ${r}::float8[], ${b}::int[]) where (select ok from f)
         on conflict (ns, key) do update set seats = excluded.seats, rate = excluded.rate, burst = excluded.burst`,
      values: [
        ns,
        kept.map(({ key }) => key),
        kept.map(({ spec }) => spec.seats ?? null),
        kept.map(({ spec }) => spec.ratePerSecond ?? null),
        kept.map(({ spec }) => spec.burst),
      ],
    },
  ]);
}
