import { defineStatement, intArrayLiteral, packBytes } from "@switchyard/postgres";
import type { Client } from "pg";
import type { LiveAttempt } from "../domain/core/model.js";
import type { EndRecord, ReportWrite } from "../domain/core/writes.js";
import { decisionBytes, packDecision } from "./decision-columns.js";
import { eventValues, type NumberedEvents } from "./numbered-events.js";
import { encodeProgress } from "./progress-text.js";
import type { Term } from "./term.js";

const statement = defineStatement(
  "scheduler-report-2",
  `with f as materialized (select scheduler.fence($1, $2) as ok),
    e as (insert into scheduler.events (shard, first_sequence, n, at_ms, data)
      select $3, $4, $5, $6, $7 where $5::int > 0 and (select ok from f)),
    l as (delete from scheduler.leases using unnest($8::int[], $9::bigint[]) t(n, j) where ns = n and serial = j and (select ok from f)),
    p as (delete from scheduler.progress using unnest($45::int[], $46::bigint[], $47::int[]) t(n, j, a)
      where ns = n and serial = j and attempt = a and (select ok from f)),
    d as (delete from scheduler.open using unnest($10::int[], $48::int[], $11::bigint[]) t(n, b, j)
      where ns = n and bucket = b and serial = j and (select ok from f)),
    w as (update scheduler.open set decision = substr($12::bytea, (i::int - 1) * ${decisionBytes} + 1, ${decisionBytes})
      from unnest($13::int[], $49::int[], $14::bigint[]) with ordinality t(n, b, j, i)
      where ns = n and bucket = b and serial = j and (select ok from f)),
    b as (update scheduler.leases set started_ms = s, cancel_actor = a, cancel_message = m
      from unnest($15::int[], $16::bigint[], $17::bigint[], $18::text[], $19::text[]) t(n, j, s, a, m)
      where ns = n and serial = j and (select ok from f))
  insert into scheduler.outcomes (ns, bucket, serial, reopen, attempt, final, state, job_state, reason, message, actor, kind, ended_by, runner,
    claimed_ms, started_ms, ended_ms, retryable, claim_info, result, result_type, facts, progress)
  select n, bucket, j, reopen, attempt, final, state, job_state, reason, message, actor, kind, ended_by, runner,
    claimed_ms, started_ms, ended_ms, retryable, claim_info, substr($20::bytea, ro, rl), result_type, facts, progress
  from unnest($21::int[], $44::int[], $22::bigint[], $23::int[], $24::int[], $25::bool[], $26::text[], $27::text[], $28::text[], $29::text[], $30::text[],
    $31::text[], $32::text[], $33::text[], $34::bigint[], $35::bigint[], $36::bigint[], $37::bool[], $38::bytea[], $39::int[], $40::int[],
    $41::text[], $42::text[], $43::text[])
    t(n, bucket, j, reopen, attempt, final, state, job_state, reason, message, actor, kind, ended_by, runner, claimed_ms, started_ms, ended_ms,
      retryable, claim_info, ro, rl, result_type, facts, progress)
  where (select ok from f)`,
);

/** Stores ends, starts and cancel requests of one flush in one statement. */
export async function writeReports(
  client: Client,
  term: Term,
  writes: readonly ReportWrite[],
  events: NumberedEvents,
): Promise<void> {
  const ends = writes.flatMap((write) => write.ends);
  const attemptEnds = ends.filter((end) => end.attempt);
  const jobEnds = ends.filter((end) => end.final);
  const goingOn = ends.filter((end) => !end.final);
  const progressed = attemptEnds.filter((end) => end.attempt?.progress);
  const marked = markedAttempts(writes, attemptEnds);
  await client.query({
    ...statement,
    values: [
      [term.shard],
      [term.epoch],
      ...eventValues(term, events),
      ...keys(attemptEnds.map(({ job }) => job)),
      ...keys(jobEnds.map(({ job }) => job)),
      packWaiting(goingOn),
      ...keys(goingOn.map(({ job }) => job)),
      ...keys(marked.map(({ job }) => job)),
      intArrayLiteral(marked.map(({ startedAt }) => Math.floor(startedAt))),
      marked.map(({ cancelRequested }) => cancelRequested?.actor ?? null),
      marked.map(({ cancelRequested }) => cancelRequested?.message ?? null),
      ...outcomeValues(ends),
      buckets(ends),
      ...keys(progressed.map(({ job }) => job)),
      intArrayLiteral(progressed.map(({ attempt }) => attempt?.number ?? 0)),
      buckets(jobEnds),
      buckets(goingOn),
    ],
  });
}

/** Attempts whose lease row changes and stays: a row can't be changed and deleted by one statement. */
function markedAttempts(writes: readonly ReportWrite[], attemptEnds: readonly EndRecord[]): LiveAttempt[] {
  const marked = new Set(writes.flatMap(({ starts, cancelRequests }) => [...starts, ...cancelRequests]));
  for (const { attempt } of attemptEnds) if (attempt) marked.delete(attempt);
  return [...marked];
}

function packWaiting(ends: readonly EndRecord[]): Buffer {
  const packed = Buffer.allocUnsafe(ends.length * decisionBytes);
  // `readyAt` of the job changes when the end is committed; the row must say it now.
  for (const [i, { job, readyAt }] of ends.entries()) packDecision({ ...job, readyAt }, packed, i * decisionBytes);
  return packed;
}

function outcomeValues(ends: readonly EndRecord[]): unknown[] {
  const results = packBytes(ends.map(({ outcome }) => outcome?.result));
  return [
    results.data,
    ...keys(ends.map(({ job }) => job)),
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
  ];
}

function keys(jobs: readonly EndRecord["job"][]): [string, string] {
  return [intArrayLiteral(jobs.map(({ space }) => space.id)), intArrayLiteral(jobs.map(({ serial }) => serial))];
}

function buckets(ends: readonly EndRecord[]): string {
  return intArrayLiteral(ends.map(({ job }) => job.bucket));
}
