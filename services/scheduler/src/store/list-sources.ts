import { type BucketRange, finalStates, type JobListFilter } from "./list-jobs.js";
import { jobConditions, type ListQuery, numberConditions, waitingConditions } from "./list-query.js";

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

/**
 * Whether the jobs of a filter by queue or kind are looked for among others, which blocks of numbers help with: not where only those are looked at that have the queue or kind, nor where something
 * else leaves few.
 */
export function areAmongOthers(filter: JobListFilter): boolean {
  const { shapes, kinds, subject, serials, resumeFrom, deadLetters } = filter;
  if (shapes === undefined && kinds === undefined) return false;
  if (subject !== undefined || serials !== undefined || resumeFrom !== undefined || deadLetters) return false;
  const { all, waiting, ended } = sourcesOf(filter);
  return all || waiting || (ended && !areNamed(filter));
}

/**
 * The `from` and `where` of every place that a query looks into; `s.serial` is the job's number. One for each bucket, named by a parameter of its own:
 * then the planner sees a single partition whose index has the order of the list, which it does not for a list of buckets. `order`: the order in which the numbers are wanted, and how many
 * of them at most; undefined for all of them in any order.
 */
export function placesOf(query: ListQuery, ranges: readonly BucketRange[], order: string | undefined): string[] {
  const { all, waiting, live, ended } = sourcesOf(query.filter);
  const { shapes, kinds } = query.filter;
  const short = shapes === undefined && kinds === undefined ? [] : ranges.filter(isShort);
  return [
    ...ranges.flatMap((range) =>
      short.includes(range)
        ? []
        : [
            ...(all ? [inJobs(query, range)] : []),
            ...(waiting ? [inOpen(query, range)] : []),
            ...(ended ? inOutcomes(query, range) : []),
          ],
    ),
    ...(all || waiting || ended ? inShortRanges(query, short, order) : []),
    ...(live && ranges.length > 0 ? [inLeases(query, ranges)] : []),
  ];
}

/** So few numbers, that of a block or some, that every row of theirs can be looked at. */
const fewNumbers = 16_384;

function isShort({ from, upTo }: Omit<BucketRange, "bucket">): boolean {
  return upTo - from < fewNumbers;
}

function inJobs(query: ListQuery, { bucket, ...range }: BucketRange): string {
  const { parameters, ns } = query;
  const conditions = [`s.ns = ${parameters.add(ns)}`, `s.bucket = ${parameters.add(bucket)}`, within(query, range)];
  return `from scheduler.jobs s where ${[...conditions, ...numberConditions(query), ...jobConditions(query, "s")].join(" and ")}`;
}

/**
 * Short ranges, where it is asked for a queue or kind. Of every number in them it is looked first whether its job has that, since few do where blocks led to it, and then how the job stands.
 * The ranges of a bucket are one place: a place for each, of some tables each, would take longer to plan than to look into.
 */
function inShortRanges(query: ListQuery, ranges: readonly BucketRange[], order: string | undefined): string[] {
  const { parameters, ns } = query;
  return [...new Set(ranges.map(({ bucket }) => bucket))].map((bucket) => {
    const ofBucket = ranges.filter((range) => range.bucket === bucket);
    const from = parameters.add(ofBucket.map((range) => range.from));
    const upTo = parameters.add(ofBucket.map((range) => range.upTo));
    const at = parameters.add(bucket);
    const conditions = [
      ...[`s.ns = ${parameters.add(ns)}`, `s.bucket = ${at}`, "s.serial between r.first and r.last"],
      ...[...numberConditions(query), ...jobConditions(query, "s", true), ...standing(query, at)],
    ];
    return `from unnest(${from}::bigint[], ${upTo}::bigint[]) r(first, last) cross join lateral (
      select s.serial from scheduler.jobs s where ${conditions.join(" and ")} ${order ?? ""}) s`;
  });
}

/** What a filter says about how the job `s` stands, looked up by its key; a live attempt is looked for elsewhere. */
function standing(query: ListQuery, bucket: string): string[] {
  const { all, waiting, ended } = sourcesOf(query.filter);
  if (all) return [];
  const waits = () => [
    isThere("scheduler.open w where w.ns = s.ns and w.serial = s.serial"),
    notThere("scheduler.leases l where l.ns = s.ns and l.serial = s.serial"),
    ...waitingConditions(query),
  ];
  const hasEnded = () => {
    const bucketIs: InBucket = (row) => `${row}.bucket = ${bucket}`;
    const ofEnd = [...endConditions(query, "e"), ...isJobsEnd(bucketIs, "e")];
    return isThere(
      `scheduler.outcomes e where e.ns = s.ns and ${bucketIs("e")} and e.serial = s.serial and ${ofEnd.join(" and ")}`,
    );
  };
  return [`(${[...(waiting ? [waits().join(" and ")] : []), ...(ended ? [hasEnded()] : [])].join(" or ")})`];
}

/** The numbers of a range, both ends included. */
function within({ parameters }: ListQuery, { from, upTo }: Omit<BucketRange, "bucket">): string {
  return `s.serial between ${parameters.add(from)}::bigint and ${parameters.add(upTo)}::bigint`;
}

/** All open jobs lie in one table by their numbers: those of the bucket are found among them by the numbers that it may have. */
function inOpen(query: ListQuery, { bucket, ...range }: BucketRange): string {
  const { parameters, ns } = query;
  const at = parameters.add(bucket);
  const conditions = [
    ...[`s.ns = ${parameters.add(ns)}`, `s.bucket = ${at}`],
    within(query, range),
    notThere("scheduler.leases l where l.ns = s.ns and l.serial = s.serial"),
    ...waitingConditions(query),
  ];
  return withJob(query, "scheduler.open s", () => `j.bucket = ${at}`, conditions);
}

function inLeases(query: ListQuery, ranges: readonly BucketRange[]): string {
  const { parameters, ns, filter } = query;
  const conditions = [`s.ns = ${parameters.add(ns)}`];
  if (filter.runner !== undefined) conditions.push(`s.runner = ${parameters.add(filter.runner)}`);
  if (filter.started !== undefined) conditions.push(`s.started_ms is ${filter.started ? "not null" : "null"}`);
  // Few rows in all, and a lease does not say in which bucket its job is.
  const inBuckets = () => `j.bucket = any(${parameters.add(ranges.map(({ bucket }) => bucket))}::int[])`;
  return withJob(query, "scheduler.leases s", inBuckets, conditions);
}

function inOutcomes(query: ListQuery, { bucket, ...range }: BucketRange): string[] {
  const at = query.parameters.add(bucket);
  const bucketIs: InBucket = (row) => `${row}.bucket = ${at}`;
  return endsIn(query, bucketIs, [within(query, range), ...isJobsEnd(bucketIs)]);
}

/** Says by SQL that a row is in the buckets that are meant. */
export type InBucket = (row: string) => string;

/** The places of ends that fit a filter, none of them in two, as far as `more` conditions hold; see {@link isJobsEnd}. */
export function endsIn(query: ListQuery, bucketIs: InBucket, more: readonly string[]): string[] {
  const { filter } = query;
  if (!areNamed(filter)) return [endRows(query, filter, bucketIs, more)];
  return [...namedEnds(query, bucketIs, more), unnamedEnds(query, bucketIs, more)];
}

/**
 * The rows of before the migration: their jobs are looked at one by one. Where there are none, as in all partitions that were made since, the index says so at once; joined, the planner
 * would begin with the jobs of the queue.
 */
function unnamedEnds(query: ListQuery, bucketIs: InBucket, more: readonly string[]): string {
  const ofJob = jobConditions(query, "j").join(" and ");
  const fits = `exists (select from scheduler.jobs j where j.ns = s.ns and ${bucketIs("j")} and j.bucket = s.bucket and j.serial = s.serial and ${ofJob} offset 0)`;
  return endRows(query, {}, bucketIs, [...more, "s.shape is null", fits]);
}

/** Whether a filter asks for ends otherwise than well alone, which are in indexes of their own. */
export function areUnwell({ states = [] }: JobListFilter): boolean {
  const ends = states.filter((state) => finalStates.includes(state));
  return ends.length > 0 && !ends.includes("SUCCEEDED");
}

/** Whether a filter asks for a queue or kind, and only for ends whose rows may say these (`migrations/0008-ends-by-queue-and-kind.ts`). */
function areNamed(filter: JobListFilter): boolean {
  return (filter.shapes !== undefined || filter.kinds !== undefined) && areUnwell(filter);
}

/** More shapes or kinds than these are looked for together, not in the order of an index. */
const mostNames = 8;

/**
 * The rows that say themselves which queue and kind their jobs have; those of before the migration, which don't, have to be looked for beside them. One place for each shape or kind: its
 * rows stand in the index in the order of the numbers.
 */
function namedEnds(query: ListQuery, bucketIs: InBucket, more: readonly string[]): string[] {
  const { parameters, filter } = query;
  const { shapes, kinds, ...rest } = filter;
  const any = (column: string, type: string, names: readonly unknown[]) =>
    `${column} = any(${parameters.add(names)}::${type}[])`;
  const named = kinds
    ? { column: "s.job_kind", type: "text", names: [...new Set(kinds)] }
    : { column: "s.shape", type: "int", names: shapes ?? [] };
  const both = shapes && kinds ? [...more, any("s.shape", "int", shapes)] : more;
  if (named.names.length > mostNames)
    return [endRows(query, rest, bucketIs, [...both, any(named.column, named.type, named.names)])];
  return named.names.map((name) =>
    endRows(query, rest, bucketIs, [...both, `${named.column} = ${parameters.add(name)}`]),
  );
}

function endRows(query: ListQuery, ofJob: JobListFilter, bucketIs: InBucket, more: readonly string[]): string {
  const conditions = [`s.ns = ${query.parameters.add(query.ns)}`, bucketIs("s"), ...endConditions(query, "s"), ...more];
  return withJob(query, "scheduler.outcomes s", () => `${bucketIs("j")} and j.bucket = s.bucket`, conditions, ofJob);
}

/** What a filter says about the row of a job's end. */
function endConditions({ parameters, filter }: ListQuery, row: string): string[] {
  const states = (filter.states ?? []).filter((state) => finalStates.includes(state));
  return [
    `${row}.final`,
    ...(states.length === 0 ? [] : [`${row}.job_state = any(${parameters.add(states)}::scheduler.final_state[])`]),
    ...(filter.runner === undefined ? [] : [`${row}.runner = ${parameters.add(filter.runner)}`]),
  ];
}

/** What makes a row of an end the one of its job: an end counts only while the job has not been opened again, and the last one alone. */
export function isJobsEnd(bucketIs: InBucket, row = "s"): string[] {
  const later = `n.ns = ${row}.ns and ${bucketIs("n")} and n.bucket = ${row}.bucket and n.serial = ${row}.serial and n.final and n.reopen > ${row}.reopen`;
  return [
    notThere(`scheduler.open p where p.ns = ${row}.ns and p.serial = ${row}.serial`),
    notThere(`scheduler.outcomes n where ${later}`),
  ];
}

/**
 * A look by key for each row. The offset keeps the planner from joining instead: on tables that have just grown it does not know better than to read
 * all of the other one, for a page of a hundred.
 */
function notThere(rows: string): string {
  return `not ${isThere(rows)}`;
}

/** The same for a row that has to be there. */
function isThere(rows: string): string {
  return `exists (select from ${rows} offset 0)`;
}

/** Joins the job's own row where the filter asks for something that only it knows. */
function withJob(
  query: ListQuery,
  table: string,
  inBucket: () => string,
  conditions: readonly string[],
  filter = query.filter,
): string {
  const ofJob = jobConditions({ filter, parameters: query.parameters }, "j");
  const join =
    ofJob.length === 0 ? "" : ` join scheduler.jobs j on j.ns = s.ns and ${inBucket()} and j.serial = s.serial`;
  return `from ${table}${join} where ${[...conditions, ...numberConditions(query), ...ofJob].join(" and ")}`;
}
