import type { FieldRows } from "../../store/field-rows.js";
import type { StoredField } from "../../store/slots.js";
import { grown } from "./grown.js";
import { ValueColumn } from "./value-column.js";

/**
 * The index fields of a collection's documents, column by column. Rows stand in the order of the documents' numbers, which rise in the
 * order in which transactions commit; so new ones go to the end. A deleted document leaves its row behind, marked.
 */
export class DocumentTable {
  readonly columns: ReadonlyMap<string, ValueColumn>;
  #numbers = new Float64Array(0);
  /** End of life in microseconds since 1970; infinite without one, minus infinite for deleted documents. */
  #ends = new Float64Array(0);
  #rows = 0;
  #deleted = 0;

  constructor(fields: readonly StoredField[]) {
    this.columns = new Map(fields.map(({ name }) => [name, new ValueColumn()]));
  }

  /** How many rows there are, those of deleted documents too. */
  get rows(): number {
    return this.#rows;
  }

  /** How many of them are of deleted documents. */
  get deleted(): number {
    return this.#deleted;
  }

  /** An estimate of the memory that it takes. */
  get bytes(): number {
    const columns = [...this.columns.values()].reduce((sum, { bytes }) => sum + bytes, 0);
    return columns + this.#numbers.byteLength + this.#ends.byteLength;
  }

  numberOf(row: number): number {
    return this.#numbers[row] as number;
  }

  /** The row of a document; undefined when it has none. */
  rowOf(number: number): number | undefined {
    let [low, high] = [0, this.#rows];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#numbers[middle] as number) < number) low = middle + 1;
      else high = middle;
    }
    return low < this.#rows && this.#numbers[low] === number ? low : undefined;
  }

  /** By row: 1 for documents that are there at a time in microseconds since 1970. */
  visibleAt(now: number): Uint8Array {
    const visible = new Uint8Array(this.#rows);
    for (let row = 0; row < this.#rows; row++) visible[row] = (this.#ends[row] as number) > now ? 1 : 0;
    return visible;
  }

  /** Puts in what was read of documents, in the order of their numbers. */
  put({ numbers, ends, values }: FieldRows): void {
    const rows = numbers.map((number, index) => {
      const row = this.rowOf(number) ?? this.#append(number);
      this.#setEnd(row, ends[index] ?? Number.POSITIVE_INFINITY);
      return row;
    });
    for (const [index, column] of [...this.columns.values()].entries()) column.set(rows, values[index] ?? []);
  }

  /** Marks documents that are not there any more. */
  delete(numbers: readonly number[]): void {
    for (const number of numbers) {
      const row = this.rowOf(number);
      if (row !== undefined) this.#setEnd(row, Number.NEGATIVE_INFINITY);
    }
  }

  #append(number: number): number {
    const row = this.#rows;
    if (row > 0 && number < this.numberOf(row - 1)) throw new RangeError(`document ${number} comes too late`);
    this.#numbers = grown(this.#numbers, row + 1);
    this.#ends = grown(this.#ends, row + 1);
    this.#numbers[row] = number;
    this.#ends[row] = Number.POSITIVE_INFINITY;
    this.#rows++;
    return row;
  }

  #setEnd(row: number, end: number): void {
    const isDeleted = (time: number) => (time === Number.NEGATIVE_INFINITY ? 1 : 0);
    this.#deleted += isDeleted(end) - isDeleted(this.#ends[row] as number);
    this.#ends[row] = end;
  }
}
