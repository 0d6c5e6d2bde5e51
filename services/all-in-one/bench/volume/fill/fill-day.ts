import type { Pool } from "@switchyard/postgres";
import { makePartitions } from "../../../../scheduler/src/store/partitions.js";
import type { Term } from "../../../../scheduler/src/store/term.js";
import type { DayPlan } from "./plan.js";
import { cancelDelayMs, factsOf, inputSql, resultSql, startDelayMs } from "./vocabulary.js";

/** Jobs in one statement: some hundred MB of WAL at most. */
const chunk = 250_000;

/**
 * Writes a day of jobs into tables that no scheduler has open: jobs, ends, open rows, the mark of the bucket and the sums. The rows are those of the
 * patterns, with numbers, times, subjects and payloads of their own.
 */
export async function fillDay(pool: Pool, plan: DayPlan): Promise<void> {
  await makePartitions(pool, await currentTerm(pool), [{ of: "bucket", number: plan.bucket }]);
  const end = plan.from + plan.finished + plan.waiting;
  for (let from = plan.from; from < end; from += chunk) {
    const range = { from, upTo: Math.min(from + chunk, end) - 1 };
    await pool.query(jobsSql(plan, range));
    if (plan.finished > 0) await pool.query(endsSql(plan, range));
    if (plan.waiting > 0) await pool.query(openSql(plan, range));
  }
  await pool.query(
    "insert into scheduler.serial_marks (ns, bucket, first_serial) select id, $1, $2 from scheduler.namespaces where name = 'volume'",
    [plan.bucket, plan.from],
  );
  if (plan.finished > 0) await pool.query(sumsSql(plan));
}

/** The shard as its last owner left it; writes are fenced by it. */
export async function currentTerm(pool: Pool): Promise<Term> {
  const { rows } = await pool.query<{ epoch: number }>("select epoch from scheduler.shards where shard = 0");
  return { shard: 0, epoch: Number(rows[0]?.epoch) };
}

interface Range {
  readonly from: number;
  readonly upTo: number;
}

/** Serials `s` of a range, with their time of creation in microseconds, and whether they wait. */
function serials({ from: first, finished, waiting, firstMicros, stepMicros }: DayPlan, { from, upTo }: Range): string {
  const n = finished + waiting;
  const upToHere = (extra: number) => `((s - ${first} + ${extra}) * ${waiting}::bigint / ${n})`;
  return `(select s, ${firstMicros}::bigint + (s - ${first}) * ${stepMicros}::bigint as micros,
      ${upToHere(1)} > ${upToHere(0)} as waits, ${factsOf.kind.sql} as n, ${factsOf.end.sql} as "end"
    from generate_series(${from}::bigint, ${upTo}::bigint) s) s`;
}

/** Whether the job with this serial waits; the same as in the statements. */
export function waits({ from, finished, waiting }: DayPlan, serial: number): boolean {
  const n = finished + waiting;
  const upToHere = (extra: number) => Math.floor(((serial - from + extra) * waiting) / n);
  return upToHere(1) > upToHere(0);
}

const jobsSql = (plan: DayPlan, range: Range) => `
  insert into scheduler.jobs_${plan.bucket} (ns, bucket, serial, shape, kind, subject, created_micros, input, content_type, extras, place, reuse_key, resume_from)
  select p.ns, ${plan.bucket}, s, p.shape, p.kind, ${factsOf.subject.sql}, micros, ${inputSql}, p.content_type, p.extras, p.place, p.reuse_key, p.resume_from
  from ${serials(plan, range)} join volume_fill.jobs p on p.n = s.n and p."end" = 'OPEN' order by s`;

/** A decision is packed as shape and attempt, then the time of creation (`store/decision-columns.ts`). */
const openSql = (plan: DayPlan, range: Range) => `
  insert into scheduler.open (ns, bucket, serial, decision, kind, extra, reuse_key)
  select p.ns, ${plan.bucket}, s, overlay(p.decision placing float8send(micros::float8) from 9 for 8), p.kind, p.extra, p.reuse_key
  from ${serials(plan, range)} join volume_fill.open p on p.n = s.n where waits order by s`;

/** Times of an end, ms; 0 for what never was. */
const endTimes = `
  (case when p.claimed_ms = 0 then 0 else micros / 1000 + ${factsOf.wait.sql} end) as claimed,
  (case when p.started_ms = 0 then 0 else micros / 1000 + ${factsOf.wait.sql} + ${startDelayMs} end) as started,
  micros / 1000 + case when p.claimed_ms = 0 then ${cancelDelayMs} else ${factsOf.wait.sql} + ${startDelayMs} + ${factsOf.duration.sql} end as ended`;

const endsSql = (plan: DayPlan, range: Range) => `
  insert into scheduler.outcomes_${plan.bucket} (ns, bucket, serial, claimed_ms, started_ms, ended_ms, attempt, reopen, final, retryable, state, job_state,
    reason, message, actor, kind, ended_by, runner, claim_info, result, result_type, facts, progress, shape, job_kind)
  select p.ns, ${plan.bucket}, s, t.claimed, t.started, t.ended, p.attempt, p.reopen, p.final, p.retryable, p.state, p.job_state,
    p.reason, p.message, p.actor, p.kind, p.ended_by, case when p.runner = '' then '' else ${factsOf.runner.sql} end, p.claim_info,
    case when p.result is not null then ${resultSql} end, p.result_type, p.facts, p.progress, p.shape, p.job_kind
  from ${serials(plan, range)} join volume_fill.ends p on p.n = s.n and p."end" = s."end" cross join lateral (select ${endTimes}) t
  where not waits order by s`;

/** The four cubes of sums (`domain/rollups/cubes.ts`), from the rows. */
const sumsSql = ({ bucket }: DayPlan) => `
  insert into scheduler.rollups_${bucket} (ns, bucket, cube, hour, subject, runner, kind, queue, state, code, metric, n, timed, duration_ms, wait_ms, amount)
  select ns, ${bucket},
    case when grouping(hour) = 0 then 'hour' when grouping(runner) = 0 then 'runner' when grouping(subject) = 0 then 'subject' else 'kind' end,
    coalesce(hour, 0), coalesce(subject, ''), coalesce(runner, ''), kind, queue, state, '', '', count(*), count(*) filter (where started > 0),
    coalesce(sum(ended - started) filter (where started > 0), 0), coalesce(sum(claimed - created) filter (where started > 0), 0), 0
  from (
    select j.ns, o.ended_ms / 3600000 as hour, j.subject, o.runner, j.kind, s.queue, o.job_state::text as state,
      o.started_ms as started, o.ended_ms as ended, o.claimed_ms as claimed, j.created_micros / 1000 as created
    from scheduler.outcomes_${bucket} o join scheduler.jobs_${bucket} j using (ns, bucket, serial)
    join scheduler.shapes s on s.ns = j.ns and s.shape = j.shape where o.final) e
  group by grouping sets ((ns, kind, queue, state), (ns, kind, queue, state, hour), (ns, kind, queue, state, runner), (ns, kind, queue, state, subject))`;
