/** Milliseconds of an hour, the step of time in sums. */
export const hourMs = 3_600_000;

/** Which jobs that have ended count. Unset fields don't count; set ones must all hold. */
export interface AggregateFilter {
  readonly queue?: string;
  readonly kinds?: readonly string[];
  readonly subject?: string;
  readonly runner?: string;
  readonly states?: readonly string[];
  /** Ended at or after, ms. */
  readonly endedFromMs?: number;
  /** Ended before, ms. */
  readonly endedBeforeMs?: number;
}

/** A page of groups, in the order of their keys. */
export interface GroupPage {
  /** Only groups behind this key. */
  readonly after: readonly string[] | undefined;
  readonly limit: number;
}

/** Sums of one group; times in ms, over the `timed` jobs. */
export interface GroupRow {
  readonly key: readonly string[];
  readonly n: number;
  readonly timed: number;
  readonly durationMs: number;
  readonly waitMs: number;
  readonly metrics: Readonly<Record<string, number>>;
}

/** Text of an hour since 1970, as groups show it; empty for 0. */
export const hourText = (hour: string) =>
  `case when ${hour} = 0 then '' else to_char(to_timestamp(${hour} * 3600.0) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:00:00"Z"') end`;

/** Parameters of a query that is put together. */
export class Parameters {
  readonly values: unknown[] = [];

  /** Adds a value; returns its name in the text. */
  add(value: unknown): string {
    this.values.push(value);
    return `$${this.values.length}`;
  }
}

/** The conditions of a filter on everything but the time, with the columns or expressions of the properties. */
export function propertyConditions(
  { queue, kinds, subject, runner, states }: AggregateFilter,
  columns: Readonly<Record<"queue" | "kind" | "subject" | "runner" | "state", string>>,
  parameters: Parameters,
): string[] {
  const conditions: string[] = [];
  if (queue !== undefined) conditions.push(`${columns.queue} = ${parameters.add(queue)}`);
  if (kinds !== undefined) conditions.push(`${columns.kind} = any(${parameters.add(kinds)}::text[])`);
  if (subject !== undefined) conditions.push(`${columns.subject} = ${parameters.add(subject)}`);
  if (runner !== undefined) conditions.push(`${columns.runner} = ${parameters.add(runner)}`);
  if (states !== undefined) conditions.push(`${columns.state} = any(${parameters.add(states)}::text[])`);
  return conditions;
}

/** The key of a group as an array, compared byte by byte. */
export function keyOf(expressions: readonly string[]): string {
  return expressions.length === 0
    ? "array[]::text[]"
    : `array[${expressions.map((one) => `(${one})::text collate "C"`).join(", ")}]`;
}
