import { intArray } from "@switchyard/postgres";
import type { Client } from "pg";
import type { LiveAttempt } from "../domain/core/model.js";
import { type Part, writeFenced } from "./fenced-statement.js";
import { jobKeys } from "./open-parts.js";
import { encodeProgress } from "./progress-text.js";
import type { Term } from "./term.js";

/**
 * Stores the latest progress of attempts, and forgets that of those that have ended; each attempt at most once per call. Both happen on this lane only: two lanes
 * that change the same rows in different orders could wait for each other.
 */
export async function writeProgress(client: Client, term: Term, attempts: readonly LiveAttempt[]): Promise<void> {
  const live = attempts.filter((attempt) => attempt.job.live === attempt);
  const over = attempts.filter((attempt) => attempt.job.live !== attempt);
  await writeFenced(client, term, "progress", [...progressPart(live), ...endPart(over)]);
}

function progressPart(reporting: readonly LiveAttempt[]): Part[] {
  if (reporting.length === 0) return [];
  return [
    {
      name: "p",
      sql: ([n, j, a, d]) =>
        `insert into scheduler.progress (ns, serial, attempt, data)
         select * from unnest(${n}::int[], ${j}::bigint[], ${a}::int[], ${d}::text[]) where (select ok from f)
         on conflict (ns, serial, attempt) do update set data = excluded.data`,
      values: [...namesOf(reporting), reporting.map(({ progress }) => (progress ? encodeProgress(progress) : ""))],
    },
  ];
}

function endPart(over: readonly LiveAttempt[]): Part[] {
  if (over.length === 0) return [];
  return [
    {
      name: "pd",
      sql: ([n, j, a]) =>
        `delete from scheduler.progress using unnest(${n}::int[], ${j}::bigint[], ${a}::int[]) t(n, j, a)
         where ns = n and serial = j and attempt = a and (select ok from f)`,
      values: namesOf(over),
    },
  ];
}

function namesOf(attempts: readonly LiveAttempt[]): Buffer[] {
  return [
    ...jobKeys(attempts.map(({ job }) => job)),
    intArray(
      "int",
      attempts.map(({ number }) => number),
    ),
  ];
}
