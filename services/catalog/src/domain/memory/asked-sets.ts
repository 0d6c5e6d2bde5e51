import type { RawBuilder } from "kysely";
import type { Trx } from "../../store/database.js";
import { readMatchingNumbers } from "../../store/matching-numbers.js";
import type { DocumentTable } from "./document-table.js";
import { RowSet } from "./row-set.js";

/** Sets that are kept of one collection. */
const mostSets = 256;
/** Documents that changed since a set was used; with more of them the set is asked for anew. */
const mostPending = 5_000;

/** The rows that fulfil a condition which only the database can decide, such as a text search. */
export interface AskedSet {
  readonly rows: RowSet;
  /** Settles when the database has answered; rejects when it could not. */
  filled: Promise<void> | undefined;
  isReady: boolean;
  /** Documents that changed since the rows were right. */
  readonly pending: Set<number>;
}

/**
 * What the database answered to conditions that memory cannot decide. An answer is kept, and only documents that change are asked for
 * again: people narrow down, sort and turn pages over the same words.
 */
export class AskedSets {
  /** The one that was used last is the last one. */
  readonly #sets = new Map<string, AskedSet>();
  readonly #table: DocumentTable;

  constructor(table: DocumentTable) {
    this.#table = table;
  }

  /** An estimate of the memory that it takes. */
  get bytes(): number {
    return [...this.#sets.values()].reduce((sum, { rows, pending }) => sum + rows.bytes + pending.size * 32, 0);
  }

  /** The set of a condition. A new one has to be filled from the snapshot that the table shows right now. */
  open(key: string): AskedSet {
    const known = this.#sets.get(key);
    if (known !== undefined && known.pending.size > mostPending) this.#sets.delete(key);
    const set = this.#sets.get(key) ?? { rows: new RowSet(), filled: undefined, isReady: false, pending: new Set() };
    this.#sets.delete(key);
    this.#sets.set(key, set);
    const [oldest] = this.#sets.keys();
    if (this.#sets.size > mostSets && oldest !== undefined) this.#sets.delete(oldest);
    return set;
  }

  /**
   * Fills a new set. The transaction sees what the table showed when the set was opened.
   *
   * @param after what the transaction does before: a connection takes one statement at a time
   */
  fill(trx: Trx, key: string, set: AskedSet, selection: RawBuilder<unknown>, after: Promise<void>): Promise<void> {
    set.filled = after
      .then(() => readMatchingNumbers(trx, selection))
      .then(
        (numbers) => {
          this.#mark(set, numbers, true);
          set.isReady = true;
        },
        (error: unknown) => {
          this.#sets.delete(key);
          throw error;
        },
      );
    return set.filled;
  }

  /** Brings a set up to what the table shows, which the transaction sees too. */
  async refresh(trx: Trx, set: AskedSet, selection: RawBuilder<unknown>): Promise<void> {
    if (set.pending.size === 0) return;
    const changed = [...set.pending];
    const matching = await readMatchingNumbers(trx, selection, changed);
    this.#mark(set, changed, false);
    this.#mark(set, matching, true);
    set.pending.clear();
  }

  /** Tells that documents have changed. */
  note(numbers: readonly number[]): void {
    for (const { pending } of this.#sets.values()) {
      if (pending.size <= mostPending) for (const number of numbers) pending.add(number);
    }
  }

  #mark({ rows }: AskedSet, numbers: readonly number[], isIn: boolean): void {
    let next = 0;
    for (const number of numbers) {
      // The database finds many documents mostly in the order in which they were made.
      const row = this.#table.numberOf(next) === number ? next : this.#table.rowOf(number);
      if (row === undefined) continue;
      rows.set(row, isIn);
      next = row + 1;
    }
  }
}
