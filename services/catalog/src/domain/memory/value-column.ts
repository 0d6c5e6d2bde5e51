import { compareValues, type StoredValue } from "./compare-values.js";
import { grown } from "./grown.js";

/** Bytes that a value takes beside its own: the object's head and the reference to it. */
const bytesBesideValue = 32;
/** Values more than twice the rows that may stay although no row has them. */
const sparedValues = 1_000;

/**
 * The values of one index field by row. A row has the place of its value in the sorted list of all values, so that comparing, counting
 * and sorting work on whole numbers. Absent is -1.
 */
export class ValueColumn {
  #values: StoredValue[] = [];
  #codes = new Int32Array(0);
  #rows = 0;
  #valueBytes = 0;

  /** The different values in the server's order. Some of them may be no row's any more. */
  get values(): readonly StoredValue[] {
    return this.#values;
  }

  /** By row: the value's place, -1 for absent. May be longer than there are rows. */
  get codes(): Int32Array {
    return this.#codes;
  }

  /** An estimate of the memory that it takes. */
  get bytes(): number {
    return this.#codes.byteLength + this.#valueBytes;
  }

  /** The place of the first value that is not smaller. */
  placeOf(value: StoredValue): number {
    return lowerBound(this.#values, value);
  }

  /** Sets values of rows, null for absent. A row beyond the last one is a new one. */
  set(rows: readonly number[], values: readonly (StoredValue | null)[]): void {
    const places = this.#learn(values);
    for (const row of rows) this.#rows = Math.max(this.#rows, row + 1);
    this.#codes = grown(this.#codes, this.#rows);
    for (let index = 0; index < rows.length; index++) {
      this.#codes[rows[index] as number] = places.get(values[index] ?? null) ?? -1;
    }
    if (this.#values.length > 2 * this.#rows + sparedValues) this.#forgetUnused();
  }

  /** Takes values into the list that are not in it yet. Answers with the places of all. */
  #learn(values: readonly (StoredValue | null)[]): ReadonlyMap<StoredValue | null, number> {
    const places = new Map<StoredValue | null, number>();
    for (const value of values) if (value !== null) places.set(value, -1);
    const unknown: { readonly value: StoredValue; readonly place: number }[] = [];
    for (const value of places.keys() as Iterable<StoredValue>) {
      const place = this.placeOf(value);
      if (this.#values[place] === value) places.set(value, place);
      else unknown.push({ value, place });
    }
    if (unknown.length === 0) return places;
    unknown.sort((a, b) => a.place - b.place || compareValues(a.value, b.value));
    // Values that rise with the documents' numbers, as times do, come to the end.
    if (unknown[0]?.place === this.#values.length) for (const { value } of unknown) this.#values.push(value);
    else {
      const moved = this.#insert(unknown);
      for (const [value, place] of places) if (place >= 0) places.set(value, moved[place] as number);
    }
    for (const [index, { value, place }] of unknown.entries()) places.set(value, place + index);
    this.#valueBytes += sumOf(unknown.map(({ value }) => value));
    return places;
  }

  /** Inserts values before places, in order. Answers with the new places of the old ones. */
  #insert(unknown: readonly { readonly value: StoredValue; readonly place: number }[]): Int32Array {
    const known = this.#values;
    const merged = new Array<StoredValue>(known.length + unknown.length);
    const moved = new Int32Array(known.length);
    let from = 0;
    for (let index = 0; index <= unknown.length; index++) {
      const next = unknown[index];
      for (const end = next?.place ?? known.length; from < end; from++) {
        moved[from] = from + index;
        merged[from + index] = known[from] as StoredValue;
      }
      if (next !== undefined) merged[from + index] = next.value;
    }
    this.#values = merged;
    this.#renumber(moved);
    return moved;
  }

  /** Values that rows have given up, such as times of a last change, would else gather for ever. */
  #forgetUnused(): void {
    const used = new Uint8Array(this.#values.length);
    for (let row = 0; row < this.#rows; row++) {
      const code = this.#codes[row] as number;
      if (code >= 0) used[code] = 1;
    }
    const kept: StoredValue[] = [];
    const moved = new Int32Array(this.#values.length);
    for (const [place, value] of this.#values.entries()) {
      moved[place] = kept.length;
      if (used[place] === 1) kept.push(value);
    }
    this.#values = kept;
    this.#renumber(moved);
    this.#valueBytes = sumOf(kept);
  }

  #renumber(moved: Int32Array): void {
    const codes = this.#codes;
    for (let row = 0; row < this.#rows; row++) {
      const code = codes[row] as number;
      if (code >= 0) codes[row] = moved[code] as number;
    }
  }
}

function lowerBound(values: readonly StoredValue[], value: StoredValue): number {
  let [low, high] = [0, values.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareValues(values[middle] as StoredValue, value) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

function sumOf(values: readonly StoredValue[]): number {
  // Two bytes a character at most, one in nearly all texts.
  return values.reduce<number>(
    (sum, value) => sum + bytesBesideValue + (typeof value === "string" ? value.length : 0),
    0,
  );
}
