import type { Pool } from "@switchyard/postgres";
import { eventsPerPartition, makePartitions } from "../../../../scheduler/src/store/partitions.js";
import { currentTerm, waits } from "./fill-day.js";
import type { PatternEvents } from "./patterns.js";
import type { DayPlan } from "./plan.js";
import { cancelDelayMs, factsOf, startDelayMs } from "./vocabulary.js";

/** Jobs whose events share a row, as in a flush of a busy lane. */
const jobsPerFlush = 500;
/** Rows per statement. */
const rowsPerInsert = 100;

/** A run of events that are alike, as it is stored (`store/event-row.ts`): as much of it as differs from job to job. */
interface Run {
  j: number[];
  t: number;
  f?: number[];
  b?: number;
  r?: string;
  q?: string;
  u?: string;
}

interface EventRow {
  readonly first: number;
  readonly n: number;
  readonly at: number;
  readonly data: Buffer;
}

/**
 * Writes the events of some days, numbered from `first` on, as flushes of some hundred jobs; returns the next free number. The runs are those of the patterns
 * with other jobs and times.
 */
export async function fillEvents(
  pool: Pool,
  patterns: PatternEvents,
  plans: readonly DayPlan[],
  first: number,
): Promise<number> {
  let next = first;
  let rows: EventRow[] = [];
  const write = async () => {
    if (rows.length === 0) return;
    await insertRows(pool, rows);
    rows = [];
  };
  for (const plan of plans) {
    for (let offset = 0; offset < plan.finished + plan.waiting; offset += jobsPerFlush) {
      const runs = runsOf(plan, patterns, offset);
      const n = runs.reduce((sum, { j }) => sum + j.length, 0);
      rows.push({ first: next, n, at: runs.at(-1)?.t ?? 0, data: Buffer.from(JSON.stringify(runs)) });
      next += n;
      if (rows.length === rowsPerInsert) await write();
    }
  }
  await write();
  return next;
}

/** The runs of one flush. Within a flush all events have one time, that of the last job. */
function runsOf(plan: DayPlan, patterns: PatternEvents, offset: number): Run[] {
  const count = Math.min(jobsPerFlush, plan.finished + plan.waiting - offset);
  const at = Math.floor(createdMicros(plan, plan.from + offset + count - 1) / 1_000) + 10_000;
  const runs = new Map<string, { readonly run: Run; last: number }>();
  for (let serial = plan.from + offset; serial < plan.from + offset + count; serial++) {
    const end = waits(plan, serial) ? "OPEN" : factsOf.end.of(serial);
    const key = `${factsOf.kind.of(serial)} ${end}`;
    for (const [i, pattern] of (patterns.get(key) ?? []).entries()) {
      const subject = factsOf.subject.of(serial);
      const name = `${i} ${key} ${subject}`;
      let entry = runs.get(name);
      if (!entry) {
        entry = { run: runFrom(pattern, { at, bucket: plan.bucket, subject, serial }), last: 0 };
        runs.set(name, entry);
      }
      entry.run.j.push(serial - entry.last);
      entry.last = serial;
      entry.run.f?.push(...timesOf(plan, serial, end === "CANCELLED"));
    }
  }
  return [...runs.values()].map(({ run }) => run);
}

function runFrom(
  pattern: string,
  { at, bucket, subject, serial }: { at: number; bucket: number; subject: string; serial: number },
): Run {
  const run = JSON.parse(pattern) as Run;
  const runner = factsOf.runner.of(serial);
  return {
    ...run,
    j: [],
    t: at,
    ...(run.f && { f: [] }),
    ...(run.b !== undefined && { b: bucket }),
    ...(run.r && { r: runner }),
    ...(run.q && { q: runner }),
    ...(run.u && { u: subject }),
  };
}

function timesOf(plan: DayPlan, serial: number, isCancelled: boolean): number[] {
  const created = Math.floor(createdMicros(plan, serial) / 1_000);
  if (isCancelled) return [created + cancelDelayMs, cancelDelayMs, -1, -1];
  const wait = factsOf.wait.of(serial);
  const duration = factsOf.duration.of(serial);
  return [created + wait + startDelayMs + duration, wait + startDelayMs + duration, startDelayMs + duration, duration];
}

function createdMicros({ from, firstMicros, stepMicros }: DayPlan, serial: number): number {
  return firstMicros + (serial - from) * stepMicros;
}

async function insertRows(pool: Pool, rows: readonly EventRow[]): Promise<void> {
  const stretches = new Set(rows.map(({ first }) => Math.floor(first / eventsPerPartition)));
  await makePartitions(
    pool,
    await currentTerm(pool),
    [...stretches].map((number) => ({ of: "events" as const, number })),
  );
  await pool.query(
    "insert into scheduler.events (shard, first_sequence, n, at_ms, data) select 0, * from unnest($1::bigint[], $2::int[], $3::bigint[], $4::bytea[])",
    [rows.map(({ first }) => first), rows.map(({ n }) => n), rows.map(({ at }) => at), rows.map(({ data }) => data)],
  );
}
