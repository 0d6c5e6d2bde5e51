import { intArrayLiteral, packBytes } from "@switchyard/postgres";
import type { EndRecord } from "../domain/core/writes.js";
import type { Part } from "./fenced-statement.js";
import { jobBuckets, jobKeys } from "./open-parts.js";
import { encodeProgress } from "./progress-text.js";

/** A row for each attempt or job that ended. */
export function outcomePart(ends: readonly EndRecord[]): Part[] {
  if (ends.length === 0) return [];
  const results = packBytes(ends.map(({ outcome }) => outcome?.result));
  return [
    {
      name: "oc",
      sql: (p) =>
        `insert into scheduler.outcomes (ns, bucket, serial, reopen, attempt, final, state, job_state, reason, message, actor, kind, ended_by, runner,
           claimed_ms, started_ms, ended_ms, retryable, claim_info, result, result_type, facts, progress)
         select n, b, j, reopen, attempt, final, state, job_state, reason, message, actor, kind, ended_by, runner,
           claimed_ms, started_ms, ended_ms, retryable, claim_info, substr(${p[0]}::bytea, ro, rl), result_type, facts, progress
         from unnest(${p[1]}::int[], ${p[2]}::bigint[], ${p[3]}::int[], ${p[4]}::int[], ${p[5]}::bool[], ${p[6]}::text[], ${p[7]}::text[],
           ${p[8]}::text[], ${p[9]}::text[], ${p[10]}::text[], ${p[11]}::text[], ${p[12]}::text[], ${p[13]}::text[], ${p[14]}::bigint[],
           ${p[15]}::bigint[], ${p[16]}::bigint[], ${p[17]}::bool[], ${p[18]}::bytea[], ${p[19]}::int[], ${p[20]}::int[], ${p[21]}::text[],
           ${p[22]}::text[], ${p[23]}::text[], ${p[24]}::int[])
           x(n, j, reopen, attempt, final, state, job_state, reason, message, actor, kind, ended_by, runner, claimed_ms, started_ms, ended_ms,
             retryable, claim_info, ro, rl, result_type, facts, progress, b)
         where (select ok from f)`,
      values: [
        results.data,
        ...jobKeys(ends.map(({ job }) => job)),
        intArrayLiteral(ends.map(({ job }) => job.reopen)),
        intArrayLiteral(ends.map(({ job }) => job.attempt)),
        ends.map(({ final }) => final !== undefined),
        ends.map(({ attemptState }) => attemptState ?? null),
        ends.map(({ final }) => final?.state ?? null),
        ends.map(({ final }) => final?.reason ?? ""),
        ends.map(({ final, outcome }) => final?.message ?? outcome?.message ?? ""),
        ends.map(({ final }) => final?.actor ?? ""),
        ends.map(({ outcome }) => outcome?.kind ?? null),
        ends.map(({ endedBy }) => endedBy),
        ends.map(({ attempt }) => attempt?.runner.id ?? ""),
        intArrayLiteral(ends.map(({ attempt }) => Math.floor(attempt?.claimedAt ?? 0))),
        intArrayLiteral(ends.map(({ attempt }) => Math.floor(attempt?.startedAt ?? 0))),
        intArrayLiteral(ends.map(({ at }) => Math.floor(at))),
        ends.map(({ outcome }) => outcome?.retryable ?? false),
        ends.map(({ attempt }) => (attempt?.claimInfo ? Buffer.from(attempt.claimInfo) : null)),
        results.offsets,
        results.lengths,
        ends.map(({ outcome }) => outcome?.resultType ?? ""),
        ends.map(({ outcome }) => outcome?.facts ?? ""),
        ends.map(({ attempt }) => (attempt?.progress ? encodeProgress(attempt.progress) : "")),
        jobBuckets(ends.map(({ job }) => job)),
      ],
    },
  ];
}
