import type { Pool } from "@switchyard/postgres";
import { Parameters } from "./aggregate-query.js";
import { type Buckets, finalStates, type JobListFilter, type JobListPage } from "./list-jobs.js";
import { jobConditions } from "./list-query.js";

/** Orders by what a job's attempts did. */
export type AttemptOrder = "start-desc" | "start-asc" | "update-desc" | "update-asc";

/** When the last attempt started; null where there is none, or it has not. */
const startOf = "nullif(case when l.ns is null then a.started_ms else l.started_ms end, 0)";
/** When the job changed last, as it is shown. */
const updateOf = `greatest(j.created_micros / 1000, l.claimed_ms, l.started_ms, (nullif(p.data, '')::jsonb ->> 'at')::bigint, e.ended_ms)`;

const orders: Record<AttemptOrder, string> = {
  "start-desc": `${startOf} desc nulls last, j.serial desc`,
  "start-asc": `${startOf} asc nulls last, j.serial desc`,
  "update-desc": `${updateOf} desc, j.serial desc`,
  "update-asc": `${updateOf} asc, j.serial desc`,
};

const live = "left join scheduler.leases l on l.ns = j.ns and l.serial = j.serial";

/** The last end that fits a condition. */
const lastEnd = (name: string, columns: string, condition: string, order: string) => `left join lateral (
    select ${columns} from scheduler.outcomes
    where ns = j.ns and bucket = any($2) and bucket = j.bucket and serial = j.serial ${condition} order by ${order} desc limit 1) ${name} on true`;

/** The job's own end counts only while the job has not been opened again, that is, while it is not in `open`. */
const jobEnd = lastEnd(
  "o",
  "job_state, runner",
  "and final and not exists (select from scheduler.open p where p.ns = j.ns and p.serial = j.serial)",
  "reopen",
);

/** The last attempt that has ended, whether the job went on or not. */
const lastAttempt = lastEnd("a", "started_ms", "and state is not null", "reopen desc, attempt");

/** The last end of anything, and the progress of the live attempt. */
const lastChange = `${lastEnd("e", "ended_ms", "", "reopen desc, attempt desc, final")}
  left join scheduler.progress p on p.ns = l.ns and p.serial = l.serial and p.attempt = l.attempt`;

/** Among which jobs a page is looked for. */
export interface Among {
  readonly serials: readonly number[];
  /** Only those whose time by the order is later than this, ms; so are only those that have one. */
  readonly laterMs?: number;
  /** The same, earlier. */
  readonly earlierMs?: number;
}

/** A page of an order by attempts. */
export interface AttemptPage extends Omit<JobListPage, "order"> {
  readonly order: AttemptOrder;
  /** Default: all that match. */
  readonly among?: Among;
}

/**
 * The numbers of a page in an order by attempts: no index has it, so every job that matches is looked at, unless it is said among which ones the page is
 * (`domain/reads/list-by-change.ts`).
 */
export async function listByAttempt(
  pool: Pool,
  ns: number,
  buckets: Buckets,
  filter: JobListFilter,
  { order, limit, offset, among }: AttemptPage,
): Promise<number[]> {
  const parameters = new Parameters();
  const conditions = conditionsOf(ns, buckets, filter, parameters);
  const byStart = order === "start-desc" || order === "start-asc";
  const time = byStart ? startOf : updateOf;
  if (among) conditions.push(`j.serial = any(${parameters.add(among.serials)}::bigint[])`);
  if (among?.laterMs !== undefined) conditions.push(`${time} > ${parameters.add(among.laterMs)}`);
  if (among?.earlierMs !== undefined) conditions.push(`${time} < ${parameters.add(among.earlierMs)}`);
  const asksForEnd = (filter.states?.length ?? 0) > 0 || filter.runner !== undefined;
  const answer = await pool.query<{ serial: number }>(
    `select j.serial from scheduler.jobs j ${live} ${asksForEnd ? jobEnd : ""} ${byStart ? lastAttempt : lastChange}
     where ${conditions.join(" and ")} order by ${orders[order]}
     limit ${parameters.add(limit)} offset ${parameters.add(offset)}`,
    parameters.values,
  );
  return answer.rows.map(({ serial }) => serial);
}

/** The first two parameters are the namespace and the buckets, as the tables above name them. */
function conditionsOf(ns: number, buckets: Buckets, filter: JobListFilter, parameters: Parameters): string[] {
  const conditions = [`j.ns = ${parameters.add(ns)}`, `j.bucket = any(${parameters.add(buckets)})`];
  const add = (condition: (parameter: string) => string, value: unknown) => {
    if (value !== undefined) conditions.push(condition(parameters.add(value)));
  };
  if (filter.states && filter.states.length > 0) conditions.push(stateCondition(filter, parameters));
  if (filter.started !== undefined)
    conditions.push(`l.ns is not null and l.started_ms is ${filter.started ? "not null" : "null"}`);
  conditions.push(...jobConditions({ filter, parameters }, "j"));
  add((p) => `coalesce(l.runner, o.runner) = ${p}`, filter.runner);
  add((p) => `j.serial > ${p}`, filter.afterSerial);
  add((p) => `j.serial = any(${p}::bigint[])`, filter.serials);
  if (filter.deadLetters)
    conditions.push(
      "exists (select from scheduler.dead_letters d where d.ns = j.ns and d.serial = j.serial and not d.dismissed)",
    );
  return conditions;
}

/** The three waiting states are one in the rows; which jobs are blocked or scheduled comes with the filter. */
function stateCondition({ states = [], blocked = [], scheduled = [] }: JobListFilter, parameters: Parameters): string {
  const final = states.filter((state) => finalStates.includes(state));
  const alternatives: string[] = [];
  if (final.length > 0) alternatives.push(`o.job_state = any(${parameters.add(final)}::scheduler.final_state[])`);
  if (states.includes("RUNNING")) alternatives.push("l.ns is not null");
  const aside = [...(states.includes("BLOCKED") ? blocked : []), ...(states.includes("SCHEDULED") ? scheduled : [])];
  if (states.includes("BLOCKED") || states.includes("SCHEDULED"))
    alternatives.push(`j.serial = any(${parameters.add(aside)}::bigint[])`);
  if (states.includes("QUEUED")) {
    const notQueued = parameters.add([...blocked, ...scheduled]);
    alternatives.push(`(o.job_state is null and l.ns is null and j.serial <> all(${notQueued}::bigint[]))`);
  }
  return `(${alternatives.join(" or ")})`;
}
