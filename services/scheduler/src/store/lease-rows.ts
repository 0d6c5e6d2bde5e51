import { intArrayLiteral } from "@switchyard/postgres";
import type { LiveAttempt } from "../domain/core/model.js";
import type { Part } from "./fenced-statement.js";
import { jobKeys } from "./open-parts.js";

/** Rows of new leases. */
export function leasePart(attempts: readonly LiveAttempt[]): Part[] {
  if (attempts.length === 0) return [];
  return [
    {
      name: "l",
      sql: (p) =>
        `insert into scheduler.leases (ns, serial, attempt, runner, claimed_ms, started_ms, lease_ms, lease_until_ms, hold_by_runner,
           presence_ms, execution_deadline_ms, claim_info)
         select * from unnest(${p[0]}::int[], ${p[1]}::bigint[], ${p[2]}::int[], ${p[3]}::text[], ${p[4]}::bigint[], ${p[5]}::bigint[],
           ${p[6]}::bigint[], ${p[7]}::bigint[], ${p[8]}::bool[], ${p[9]}::bigint[], ${p[10]}::bigint[], ${p[11]}::bytea[])
         where (select ok from f)`,
      values: [
        ...jobKeys(attempts.map(({ job }) => job)),
        intArrayLiteral(attempts.map(({ number }) => number)),
        attempts.map(({ runner }) => runner.id),
        ms(attempts, ({ claimedAt }) => claimedAt),
        ms(attempts, ({ startedAt }) => startedAt),
        ms(attempts, ({ leaseMs }) => leaseMs),
        ms(attempts, ({ leaseUntil }) => leaseUntil),
        attempts.map(({ holdByRunner }) => holdByRunner),
        ms(attempts, ({ runner }) => runner.presenceMs),
        ms(attempts, ({ executionDeadline }) => executionDeadline),
        attempts.map(({ claimInfo }) => (claimInfo ? Buffer.from(claimInfo) : null)),
      ],
    },
  ];
}

function ms(attempts: readonly LiveAttempt[], of: (attempt: LiveAttempt) => number): string {
  return intArrayLiteral(attempts.map((attempt) => Math.floor(of(attempt))));
}
