import type { Pool } from "@switchyard/postgres";
import type { JobState } from "../domain/core/model.js";

/** Which jobs are listed. Unset fields don't count; set ones must all hold. */
export interface JobListFilter {
  readonly states?: readonly JobState[];
  readonly started?: boolean;
  /** Shapes of the queue that is asked for. */
  readonly shapes?: readonly number[];
  /** The queue by name, for totals; rows are found by `shapes`. */
  readonly queue?: string;
  readonly kinds?: readonly string[];
  readonly subject?: string;
  readonly runner?: string;
  readonly createdFromMicros?: number;
  readonly createdBeforeMicros?: number;
  readonly afterSerial?: number;
  readonly serials?: readonly number[];
  /** With a waiting state among `states`: which of the waiting jobs are blocked, and which scheduled. */
  readonly blocked?: readonly number[];
  readonly scheduled?: readonly number[];
  readonly resumeFrom?: number;
  /** Dead letters that nobody has dismissed. */
  readonly deadLetters?: boolean;
  /** Looked at by the reader of the rows, not here: labels are in no column. */
  readonly labels?: Readonly<Record<string, string>>;
}

/** Where listed jobs may lie: a partition that is not named here is not looked into. */
export type Buckets = readonly number[];

/** How a list is ordered; absent times come last. */
export type JobListOrder =
  | "newest"
  | "oldest"
  | "start-desc"
  | "start-asc"
  | "end-desc"
  | "end-asc"
  | "update-desc"
  | "update-asc";

/** Where a page begins: behind a serial for the orders by creation, at an offset for the others. */
export interface JobListPage {
  readonly order: JobListOrder;
  readonly limit: number;
  readonly offset: number;
  readonly cursor?: number;
}

const finalStates = ["SUCCEEDED", "FAILED", "TIMED_OUT", "CANCELLED"];
const startOf = "nullif(case when l.ns is null then a.started_ms else l.started_ms end, 0)";
const updateOf = `greatest(j.created_micros / 1000, l.claimed_ms, l.started_ms, (nullif(p.data, '')::jsonb ->> 'at')::bigint,
  a.ended_ms, o.ended_ms)`;

const orders: Record<JobListOrder, string> = {
  newest: "j.serial desc",
  oldest: "j.serial asc",
  "start-desc": `${startOf} desc nulls last, j.serial desc`,
  "start-asc": `${startOf} asc nulls last, j.serial desc`,
  "end-desc": "o.ended_ms desc nulls last, j.serial desc",
  "end-asc": "o.ended_ms asc nulls last, j.serial desc",
  "update-desc": `${updateOf} desc, j.serial desc`,
  "update-asc": `${updateOf} asc, j.serial desc`,
};

/** The job's last end counts only while the job has not been opened again, that is, while it is not in \`open\`. */
const tables = `scheduler.jobs j
  left join scheduler.leases l on l.ns = j.ns and l.serial = j.serial
  left join lateral (
    select job_state, runner, claimed_ms, started_ms, ended_ms from scheduler.outcomes
    where ns = j.ns and bucket = any($2) and bucket = j.bucket and serial = j.serial and final
      and not exists (select from scheduler.open p where p.ns = j.ns and p.serial = j.serial)
    order by reopen desc limit 1) o on true`;

/** The last attempt that has ended, whether the job went on or not, and the progress of the live one. */
const attempts = `
  left join lateral (
    select started_ms, ended_ms from scheduler.outcomes
    where ns = j.ns and bucket = any($2) and bucket = j.bucket and serial = j.serial and state is not null order by reopen desc, attempt desc limit 1) a on true
  left join scheduler.progress p on p.ns = l.ns and p.serial = l.serial and p.attempt = l.attempt`;

/** The numbers of a page of jobs. */
export async function listSerials(
  pool: Pool,
  ns: number,
  buckets: Buckets,
  filter: JobListFilter,
  page: JobListPage,
): Promise<number[]> {
  const values: unknown[] = [ns, buckets];
  const conditions = conditionsOf(filter, values);
  if (page.cursor !== undefined)
    conditions.push(`j.serial ${page.order === "oldest" ? ">" : "<"} ${bind(values, page.cursor)}`);
  const { order } = page;
  const byAttempt = order.startsWith("start") || order.startsWith("update");
  const { rows } = await pool.query<{ serial: number }>(
    `select j.serial from ${tables} ${byAttempt ? attempts : ""} where ${conditions.join(" and ")} order by ${orders[order]}
     limit ${bind(values, page.limit)} offset ${bind(values, page.offset)}`,
    values,
  );
  return rows.map(({ serial }) => serial);
}

/** The number of jobs that match. Counts rows: for what roll-ups and memory don't tell. */
export async function countJobs(pool: Pool, ns: number, buckets: Buckets, filter: JobListFilter): Promise<number> {
  const values: unknown[] = [ns, buckets];
  const conditions = conditionsOf(filter, values);
  const { rows } = await pool.query<{ n: number }>(
    `select count(*) as n from ${tables} where ${conditions.join(" and ")}`,
    values,
  );
  return rows[0]?.n ?? 0;
}

function conditionsOf(filter: JobListFilter, values: unknown[]): string[] {
  const conditions = ["j.ns = $1", "j.bucket = any($2)"];
  const add = (condition: (parameter: string) => string, value: unknown) => {
    if (value !== undefined) conditions.push(condition(bind(values, value)));
  };
  if (filter.states && filter.states.length > 0) conditions.push(stateCondition(filter, values));
  if (filter.started !== undefined)
    conditions.push(`l.ns is not null and l.started_ms is ${filter.started ? "not null" : "null"}`);
  add((p) => `j.shape = any(${p}::int[])`, filter.shapes);
  // Each by itself: a BRIN index knows no arrays.
  if (filter.kinds) conditions.push(anyOf(filter.kinds.map((kind) => `j.kind = ${bind(values, kind)}`)));
  add((p) => `j.subject = ${p} and j.subject <> ''`, filter.subject);
  add((p) => `coalesce(l.runner, o.runner) = ${p}`, filter.runner);
  add((p) => `j.created_micros >= ${p}`, filter.createdFromMicros);
  add((p) => `j.created_micros < ${p}`, filter.createdBeforeMicros);
  add((p) => `j.serial > ${p}`, filter.afterSerial);
  add((p) => `j.serial = any(${p}::bigint[])`, filter.serials);
  add((p) => `j.resume_from = ${p}`, filter.resumeFrom);
  if (filter.deadLetters)
    conditions.push(
      "exists (select from scheduler.dead_letters d where d.ns = j.ns and d.serial = j.serial and not d.dismissed)",
    );
  return conditions;
}

/** One of these; of none, nothing. */
function anyOf(alternatives: readonly string[]): string {
  return alternatives.length > 0 ? `(${alternatives.join(" or ")})` : "false";
}

/** The three waiting states are one in the rows; which jobs are blocked or scheduled comes with the filter. */
function stateCondition({ states = [], blocked = [], scheduled = [] }: JobListFilter, values: unknown[]): string {
  const final = states.filter((state) => finalStates.includes(state));
  const alternatives: string[] = [];
  if (final.length > 0) alternatives.push(`o.job_state = any(${bind(values, final)}::scheduler.final_state[])`);
  if (states.includes("RUNNING")) alternatives.push("l.ns is not null");
  const aside = [...(states.includes("BLOCKED") ? blocked : []), ...(states.includes("SCHEDULED") ? scheduled : [])];
  if (states.includes("BLOCKED") || states.includes("SCHEDULED"))
    alternatives.push(`j.serial = any(${bind(values, aside)}::bigint[])`);
  if (states.includes("QUEUED")) {
    const notQueued = bind(values, [...blocked, ...scheduled]);
    alternatives.push(`(o.job_state is null and l.ns is null and j.serial <> all(${notQueued}::bigint[]))`);
  }
  return `(${alternatives.join(" or ")})`;
}

function bind(values: unknown[], value: unknown): string {
  values.push(value);
  return `$${values.length}`;
}
