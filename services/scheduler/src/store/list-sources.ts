import { Parameters } from "./aggregate-query.js";
import { type Buckets, finalStates, type JobListFilter } from "./list-jobs.js";

/**
 * Where the jobs of a list are looked for. Each kind of standing has a table with few or no other rows, in the order of the
 * numbers: who looks there need not pass over a million others.
 */
interface Sources {
  /** Every job: in `jobs`. */
  readonly all: boolean;
  /** Jobs that wait: in `open`, without a lease. */
  readonly waiting: boolean;
  /** Jobs with a live attempt: in `leases`. */
  readonly live: boolean;
  /** Jobs that have ended: in `outcomes`. */
  readonly ended: boolean;
}

/** Says where the jobs of a filter may be. */
export function sourcesOf({ states = [], started, runner }: JobListFilter): Sources {
  if (states.length === 0 && started === undefined && runner === undefined)
    return { all: true, waiting: false, live: false, ended: false };
  const mayBe = (...some: readonly string[]) => states.length === 0 || states.some((state) => some.includes(state));
  return {
    all: false,
    waiting: started === undefined && runner === undefined && mayBe("BLOCKED", "SCHEDULED", "QUEUED"),
    live: mayBe("RUNNING"),
    ended: started === undefined && mayBe(...finalStates),
  };
}

/** A query for numbers of jobs that is put together. */
export interface ListQuery {
  readonly ns: number;
  readonly filter: JobListFilter;
  /** Only numbers behind this one, in the order of the list. */
  readonly cursor: { readonly serial: number; readonly rising: boolean } | undefined;
  readonly parameters: Parameters;
}

/** Begins a query. */
export function listQuery(ns: number, filter: JobListFilter, cursor?: ListQuery["cursor"]): ListQuery {
  return { ns, filter, cursor, parameters: new Parameters() };
}

/**
 * The `from` and `where` of every place that a query looks into; `s.serial` is the job's number. One for each bucket, named by a parameter of its own:
 * then the planner sees a single partition whose index has the order of the list, which it does not for a list of buckets.
 */
export function placesOf(query: ListQuery, buckets: Buckets): string[] {
  const { all, waiting, live, ended } = sourcesOf(query.filter);
  return [
    ...buckets.flatMap((bucket) => [
      ...(all ? [inJobs(query, bucket)] : []),
      ...(waiting ? [inOpen(query, bucket)] : []),
      ...(ended ? [inOutcomes(query, bucket)] : []),
    ]),
    ...(live && buckets.length > 0 ? [inLeases(query, buckets)] : []),
  ];
}

function inJobs(query: ListQuery, bucket: number): string {
  const { parameters, ns } = query;
  const conditions = [`s.ns = ${parameters.add(ns)}`, `s.bucket = ${parameters.add(bucket)}`];
  return `from scheduler.jobs s where ${[...conditions, ...numberConditions(query), ...jobConditions(query, "s")].join(" and ")}`;
}

function inOpen(query: ListQuery, bucket: number): string {
  const { parameters, ns } = query;
  const at = parameters.add(bucket);
  const conditions = [
    ...[`s.ns = ${parameters.add(ns)}`, `s.bucket = ${at}`],
    "not exists (select from scheduler.leases l where l.ns = s.ns and l.serial = s.serial)",
    ...waitingConditions(query),
  ];
  return withJob(query, "scheduler.open s", () => `j.bucket = ${at}`, conditions);
}

function inLeases(query: ListQuery, buckets: Buckets): string {
  const { parameters, ns, filter } = query;
  const conditions = [`s.ns = ${parameters.add(ns)}`];
  if (filter.runner !== undefined) conditions.push(`s.runner = ${parameters.add(filter.runner)}`);
  if (filter.started !== undefined) conditions.push(`s.started_ms is ${filter.started ? "not null" : "null"}`);
  // Few rows in all, and a lease does not say in which bucket its job is.
  const inBuckets = () => `j.bucket = any(${parameters.add(buckets)}::int[])`;
  return withJob(query, "scheduler.leases s", inBuckets, conditions);
}

function inOutcomes(query: ListQuery, bucket: number): string {
  const at = query.parameters.add(bucket);
  return inOutcomesOf(query, (row) => `${row}.bucket = ${at}`);
}

/** The ends of jobs in the partitions that `bucketIs` names, as far as `more` conditions hold. */
export function inOutcomesOf(
  query: ListQuery,
  bucketIs: (row: string) => string,
  more: readonly string[] = [],
): string {
  const { parameters, ns, filter } = query;
  const states = (filter.states ?? []).filter((state) => finalStates.includes(state));
  const later = `n.ns = s.ns and ${bucketIs("n")} and n.bucket = s.bucket and n.serial = s.serial and n.final and n.reopen > s.reopen`;
  const conditions = [
    ...[`s.ns = ${parameters.add(ns)}`, bucketIs("s"), "s.final"],
    ...(states.length === 0 ? [] : [`s.job_state = any(${parameters.add(states)}::scheduler.final_state[])`]),
    ...(filter.runner === undefined ? [] : [`s.runner = ${parameters.add(filter.runner)}`]),
    // An end counts only while the job has not been opened again, and the last one alone.
    "not exists (select from scheduler.open p where p.ns = s.ns and p.serial = s.serial)",
    `not exists (select from scheduler.outcomes n where ${later})`,
    ...more,
  ];
  return withJob(query, "scheduler.outcomes s", () => `${bucketIs("j")} and j.bucket = s.bucket`, conditions);
}

/** The three waiting states are one in the rows; which jobs are blocked or scheduled comes with the filter. */
function waitingConditions({ filter, parameters }: ListQuery): string[] {
  const { states = [], blocked = [], scheduled = [] } = filter;
  const wanted = ["BLOCKED", "SCHEDULED", "QUEUED"].filter((state) => states.some((one) => one === state));
  if (wanted.length === 0 || wanted.length === 3) return [];
  const aside = [...(wanted.includes("BLOCKED") ? blocked : []), ...(wanted.includes("SCHEDULED") ? scheduled : [])];
  const alternatives = [`s.serial = any(${parameters.add(aside)}::bigint[])`];
  if (wanted.includes("QUEUED"))
    alternatives.push(`s.serial <> all(${parameters.add([...blocked, ...scheduled])}::bigint[])`);
  return [`(${alternatives.join(" or ")})`];
}

/** Joins the job's own row where the filter asks for something that only it knows. */
function withJob(query: ListQuery, table: string, inBucket: () => string, conditions: readonly string[]): string {
  const ofJob = jobConditions(query, "j");
  const join =
    ofJob.length === 0 ? "" : ` join scheduler.jobs j on j.ns = s.ns and ${inBucket()} and j.serial = s.serial`;
  return `from ${table}${join} where ${[...conditions, ...numberConditions(query), ...ofJob].join(" and ")}`;
}

/** What a filter and the place in the list say about numbers. */
function numberConditions({ filter, cursor, parameters }: ListQuery): string[] {
  const { afterSerial, serials, deadLetters } = filter;
  return [
    ...(cursor === undefined ? [] : [`s.serial ${cursor.rising ? ">" : "<"} ${parameters.add(cursor.serial)}`]),
    ...(afterSerial === undefined ? [] : [`s.serial > ${parameters.add(afterSerial)}`]),
    ...(serials === undefined ? [] : [`s.serial = any(${parameters.add(serials)}::bigint[])`]),
    ...(deadLetters
      ? ["exists (select from scheduler.dead_letters d where d.ns = s.ns and d.serial = s.serial and not d.dismissed)"]
      : []),
  ];
}

/** What a filter says about columns of `jobs`. */
export function jobConditions({ filter, parameters }: Pick<ListQuery, "filter" | "parameters">, job: string): string[] {
  const conditions: string[] = [];
  const add = (condition: (parameter: string) => string, value: unknown) => {
    if (value !== undefined) conditions.push(condition(parameters.add(value)));
  };
  add((p) => `${job}.shape = any(${p}::int[])`, filter.shapes);
  // Each by itself: a BRIN index knows no arrays.
  const kinds = filter.kinds?.map((kind) => `${job}.kind = ${parameters.add(kind)}`);
  if (kinds !== undefined) conditions.push(kinds.length > 0 ? `(${kinds.join(" or ")})` : "false");
  add((p) => `${job}.subject = ${p} and ${job}.subject <> ''`, filter.subject);
  add((p) => `${job}.created_micros >= ${p}`, filter.createdFromMicros);
  add((p) => `${job}.created_micros < ${p}`, filter.createdBeforeMicros);
  add((p) => `${job}.resume_from = ${p}`, filter.resumeFrom);
  return conditions;
}
