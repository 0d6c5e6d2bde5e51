import type { ColumnOrder } from "../../store/keyset.js";
import type { ValueColumn } from "./value-column.js";

/** An order and the values that it compares. */
export interface MemoryOrder {
  readonly order: Pick<ColumnOrder, "descending" | "absentFirst">;
  readonly column: ValueColumn;
}

/**
 * Finds a stretch of the selected rows in order; rows with equal values stand by number.
 *
 * @param selected by row, 1 for selected
 * @param skip rows to pass over
 * @param limit rows at most
 */
export function pageOfRows(
  selected: Uint8Array,
  orders: readonly MemoryOrder[],
  skip: number,
  limit: number,
): Int32Array {
  const [order] = orders;
  if (order === undefined) return selectedRows(selected).subarray(skip, skip + limit);
  // Most rows are on other pages. Which ones, the first order tells by counting, which is cheaper than sorting.
  const { rows, before } = rowsAround(selected, order, skip, limit);
  const sorted = orders.reduceRight(sortByOne, rows);
  return sorted.subarray(skip - before, skip - before + limit);
}

/** The selected rows whose values in an order are those of a stretch, by number; and how many rows come before them. */
function rowsAround(
  selected: Uint8Array,
  { order, column }: MemoryOrder,
  skip: number,
  limit: number,
): { readonly rows: Int32Array; readonly before: number } {
  const { codes, values } = column;
  const buckets = bucketsOf(order, values.length);
  const counts = new Int32Array(values.length + 2);
  for (let row = 0; row < selected.length; row++) {
    if (selected[row] === 1) {
      const bucket = buckets(codes[row] as number);
      counts[bucket] = (counts[bucket] as number) + 1;
    }
  }
  let first = 0;
  let before = 0;
  while (first < counts.length && before + (counts[first] as number) <= skip) before += counts[first++] as number;
  let behind = first;
  let count = 0;
  while (behind < counts.length && before + count < skip + limit) count += counts[behind++] as number;
  const rows = new Int32Array(count);
  let next = 0;
  for (let row = 0; row < selected.length; row++) {
    if (selected[row] !== 1) continue;
    const bucket = buckets(codes[row] as number);
    if (bucket >= first && bucket < behind) rows[next++] = row;
  }
  return { rows, before };
}

/** Sorts by counting, so that rows with equal values stay as they were. */
function sortByOne(rows: Int32Array, { order, column }: MemoryOrder): Int32Array {
  const { codes, values } = column;
  const buckets = bucketsOf(order, values.length);
  let [least, most] = [values.length + 1, 0];
  for (const row of rows) {
    const bucket = buckets(codes[row] as number);
    if (bucket < least) least = bucket;
    if (bucket > most) most = bucket;
  }
  const starts = new Int32Array(Math.max(0, most - least + 2));
  for (const row of rows) {
    const behind = buckets(codes[row] as number) - least + 1;
    starts[behind] = (starts[behind] as number) + 1;
  }
  for (let bucket = 1; bucket < starts.length; bucket++) {
    starts[bucket] = (starts[bucket] as number) + (starts[bucket - 1] as number);
  }
  const sorted = new Int32Array(rows.length);
  for (const row of rows) {
    const bucket = buckets(codes[row] as number) - least;
    const place = starts[bucket] as number;
    sorted[place] = row;
    starts[bucket] = place + 1;
  }
  return sorted;
}

/** Places of values in the order: from 1 to `count`, absent before or behind them. */
function bucketsOf({ descending, absentFirst }: MemoryOrder["order"], count: number): (code: number) => number {
  const absent = absentFirst ? 0 : count + 1;
  if (descending) return (code) => (code < 0 ? absent : count - code);
  return (code) => (code < 0 ? absent : code + 1);
}

function selectedRows(selected: Uint8Array): Int32Array {
  const rows = new Int32Array(selected.length);
  let count = 0;
  for (let row = 0; row < selected.length; row++) {
    if (selected[row] === 1) rows[count++] = row;
  }
  return rows.subarray(0, count);
}
