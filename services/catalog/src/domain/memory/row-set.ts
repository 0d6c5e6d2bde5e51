import { grown } from "./grown.js";

/** A set of rows, as a bit each. */
export class RowSet {
  #words = new Uint32Array(0);

  get bytes(): number {
    return this.#words.byteLength;
  }

  has(row: number): boolean {
    return (((this.#words[row >>> 5] ?? 0) >>> (row & 31)) & 1) === 1;
  }

  /** Puts the row in, or takes it out. */
  set(row: number, isIn: boolean): void {
    this.#words = grown(this.#words, (row >>> 5) + 1);
    const word = this.#words[row >>> 5] as number;
    const bit = 1 << (row & 31);
    this.#words[row >>> 5] = isIn ? word | bit : word & ~bit;
  }
}
