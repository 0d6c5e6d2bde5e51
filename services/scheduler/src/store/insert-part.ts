import { intArray, packBytes } from "@switchyard/postgres";
import type { Part } from "./fenced-statement.js";

/** One column of rows to be inserted: its parameters, and how they become a value in each row. */
export interface Column {
  readonly name: string;
  readonly parameters: readonly unknown[];
  /** Types of the arrays among the parameters, which come last. */
  readonly arrays: readonly string[];
  /** The value in a row, of the parameters before the arrays and the names that the arrays' elements have there. */
  readonly value: (parameters: readonly string[], elements: readonly string[]) => string;
}

/** A column that has a value for each row, even where all are the same: it tells how many rows there are. */
export interface RowColumn extends Column {
  readonly rowCount: number;
}

/** The column that tells how many rows there are, integers of 64 bits. */
export function rows(name: string, values: readonly number[]): RowColumn {
  const parameters = [intArray("bigint", values)];
  return { name, parameters, arrays: ["bigint"], value: (_, [element]) => element as string, rowCount: values.length };
}

/** Integers; `bigint` for what does not fit into 32 bits. */
export function ints(name: string, values: readonly (number | null)[], type: "int" | "bigint" = "int"): Column {
  return {
    name,
    parameters: [intArray(type, once(values))],
    arrays: [type],
    value: (_, [element]) => element as string,
  };
}

/** Values that the driver writes: texts, words of an enumerated type, booleans, short buffers, numbers that may be null. */
export function values(
  name: string,
  type: "text" | "int" | "bool" | "bytea" | `scheduler.${string}`,
  list: readonly (string | number | boolean | Buffer | null)[],
): Column {
  return { name, parameters: [once(list)], arrays: [type], value: (_, [element]) => element as string };
}

/** Byte strings of any length, in one parameter. */
export function bytes(name: string, buffers: readonly (Uint8Array | null | undefined)[]): Column {
  // Where none has any, one null is enough to say so.
  const { data, offsets, lengths } = packBytes(buffers.some((buffer) => buffer) ? buffers : [null]);
  return {
    name,
    parameters: [data, offsets, lengths],
    arrays: ["int", "int"],
    value: ([packed], [offset, length]) => `substr(${packed}::bytea, ${offset}, ${length})`,
  };
}

/** Byte strings of one length each, one after the other. */
export function slices(name: string, { data, width }: { readonly data: Buffer; readonly width: number }): Column {
  return { name, parameters: [data, width], arrays: [], value: ([packed, each]) => sliceOf(packed, each) };
}

/** The byte string of row `i`, counted from 1, of many that have one length each. */
export function sliceOf(packed: string | undefined, width: string | undefined): string {
  return `substr(${packed}::bytea, (i::int - 1) * ${width}::int + 1, ${width}::int)`;
}

/**
 * Inserts rows, given by columns.
 *
 * In most flushes most columns have one value in all rows. Such a column is sent as an array of one, which spares client and server to write, escape and read it a thousand
 * times: `unnest` fills short arrays up with nulls, and the value is taken for them. A row alone, as a queue that is nearly idle has them, is written by a
 * statement of its own, that takes the first element of each array: it has nothing to unnest, and no sub-plan to be made ready for each column.
 */
export function insertPart(name: string, table: string, columns: readonly [RowColumn, ...Column[]]): Part {
  const isAlone = columns[0].rowCount === 1;
  const sql = (parameters: readonly string[]) => {
    const arrays: string[] = [];
    const elements: string[] = [];
    const selected: string[] = [];
    let used = 0;
    for (const column of columns) {
      const own = parameters.slice(used, used + column.parameters.length);
      used += column.parameters.length;
      const single = own.slice(0, own.length - column.arrays.length);
      const inRow = column.arrays.map((type, i) => {
        const array = `${own[single.length + i]}::${type}[]`;
        if (isAlone) return `(${array})[1]`;
        const element = `c${elements.length}`;
        arrays.push(array);
        elements.push(element);
        return elements.length === 1
          ? element
          : `coalesce(${element}, (select (${array})[1] where cardinality(${array}) = 1))`;
      });
      selected.push(column.value(single, inRow));
    }
    const source = isAlone
      ? "(select 1 as i) t"
      : `unnest(${arrays.join(", ")}) with ordinality t(${elements.join(", ")}, i)`;
    return `insert into scheduler.${table} (${columns.map((column) => column.name).join(", ")})
      select ${selected.join(", ")} from ${source} where (select ok from f)`;
  };
  // The name tells statements apart.
  return { name: isAlone ? `${name}1` : name, sql, values: columns.flatMap(({ parameters }) => parameters) };
}

/** The list, or its first value alone where all are the same. */
function once<T>(list: readonly T[]): readonly T[] {
  const first = list[0];
  for (let i = 1; i < list.length; i++) if (list[i] !== first) return list;
  return list.slice(0, 1);
}
