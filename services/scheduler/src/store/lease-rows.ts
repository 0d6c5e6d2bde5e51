import type { LiveAttempt } from "../domain/core/model.js";
import type { Part } from "./fenced-statement.js";
import { insertPart, ints, rows, values } from "./insert-part.js";

/** Rows of new leases. */
export function leasePart(attempts: readonly LiveAttempt[]): Part[] {
  if (attempts.length === 0) return [];
  // Most have not started yet, and many may run for ever: null takes no room in the row.
  const orNone = (name: string, of: (attempt: LiveAttempt) => number) => {
    const numbers = attempts.map((attempt) => Math.floor(of(attempt)) || null);
    return ints(name, numbers, "bigint");
  };
  const number = (name: string, type: "int" | "bigint", of: (attempt: LiveAttempt) => number) => {
    const numbers = attempts.map((attempt) => Math.floor(of(attempt)));
    return ints(name, numbers, type);
  };
  return [
    insertPart("l", "leases", [
      rows(
        "serial",
        attempts.map(({ job }) => job.serial),
      ),
      number("ns", "int", ({ job }) => job.space.id),
      number("attempt", "int", (attempt) => attempt.number),
      values(
        "runner",
        "text",
        attempts.map(({ runner }) => runner.id),
      ),
      number("claimed_ms", "bigint", ({ claimedAt }) => claimedAt),
      orNone("started_ms", ({ startedAt }) => startedAt),
      number("lease_ms", "int", ({ leaseMs }) => leaseMs),
      number("lease_until_ms", "bigint", ({ leaseUntil }) => leaseUntil),
      values(
        "hold_by_runner",
        "bool",
        attempts.map(({ holdByRunner }) => holdByRunner),
      ),
      number("presence_ms", "int", ({ runner }) => runner.presenceMs),
      orNone("execution_deadline_ms", ({ executionDeadline }) => executionDeadline),
      values(
        "claim_info",
        "bytea",
        attempts.map(({ claimInfo }) => (claimInfo ? Buffer.from(claimInfo) : null)),
      ),
    ]),
  ];
}
