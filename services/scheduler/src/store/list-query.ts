import { Parameters } from "./aggregate-query.js";
import type { JobListFilter } from "./list-jobs.js";

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

/** The three waiting states are one in the rows; which jobs are blocked or scheduled comes with the filter. */
export function waitingConditions({ filter, parameters }: ListQuery): string[] {
  const { states = [], blocked = [], scheduled = [] } = filter;
  const wanted = ["BLOCKED", "SCHEDULED", "QUEUED"].filter((state) => states.some((one) => one === state));
  if (wanted.length === 0 || wanted.length === 3) return [];
  const aside = [...(wanted.includes("BLOCKED") ? blocked : []), ...(wanted.includes("SCHEDULED") ? scheduled : [])];
  const alternatives = [`s.serial = any(${parameters.add(aside)}::bigint[])`];
  if (wanted.includes("QUEUED"))
    alternatives.push(`s.serial <> all(${parameters.add([...blocked, ...scheduled])}::bigint[])`);
  return [`(${alternatives.join(" or ")})`];
}

/** What a filter and the place in the list say about numbers. */
export function numberConditions({ filter, cursor, parameters }: ListQuery): string[] {
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

/** What a filter says about columns of `jobs`. `byRow`: rows are few, and are compared one by one. */
export function jobConditions(
  { filter, parameters }: Pick<ListQuery, "filter" | "parameters">,
  job: string,
  byRow = false,
): string[] {
  const conditions: string[] = [];
  const add = (condition: (parameter: string) => string, value: unknown) => {
    if (value !== undefined) conditions.push(condition(parameters.add(value)));
  };
  add((p) => `${job}.shape = any(${p}::int[])`, filter.shapes);
  // A BRIN index knows no arrays, and what it knows it is asked about all of the bucket, so for few rows it must not fit.
  if (byRow) add((p) => `${job}.kind || '' = any(${p}::text[])`, filter.kinds);
  const kinds = byRow ? undefined : filter.kinds?.map((kind) => `${job}.kind = ${parameters.add(kind)}`);
  if (kinds !== undefined) conditions.push(kinds.length > 0 ? `(${kinds.join(" or ")})` : "false");
  add((p) => `${job}.subject = ${p} and ${job}.subject <> ''`, filter.subject);
  add((p) => `${job}.created_micros >= ${p}`, filter.createdFromMicros);
  add((p) => `${job}.created_micros < ${p}`, filter.createdBeforeMicros);
  add((p) => `${job}.resume_from = ${p}`, filter.resumeFrom);
  return conditions;
}
