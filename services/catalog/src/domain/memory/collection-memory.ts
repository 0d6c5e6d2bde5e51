import type { FieldKind } from "../../model/index-field.js";
import { type Column, findColumn } from "../../store/columns.js";
import { inSnapshot } from "../../store/snapshot.js";
import type { Db, Trx } from "../../store/database.js";
import { type ChangePosition, type CollectionSight, lookAt, lookSince } from "../../store/document-changes.js";
import { readFieldRowsOf, readNextFieldRows } from "../../store/field-rows.js";
import { allowLongTransaction } from "../../store/reindex.js";
import { AskedSets } from "./asked-sets.js";
import { DocumentTable } from "./document-table.js";
import { createTurns } from "./in-turn.js";

/** Documents that are read at once, so that nothing else waits for long while they are put in. */
const chunkSize = 2_000;
/** Rows of deleted documents that are carried along at least. */
const sparedRows = 10_000;

const kindsInMemory: ReadonlySet<FieldKind> = new Set(["text", "number", "boolean", "time"]);

/**
 * The index fields of one collection in memory, as one snapshot of the database shows them. Whoever asks for something brings it up to
 * a snapshot of its own first, so that an answer knows everything that was acknowledged before it was asked for, by whatever replica.
 */
export class CollectionMemory {
  readonly table: DocumentTable;
  readonly sets: AskedSets;
  readonly #columns: readonly Column[];
  readonly #fields: string;
  readonly #collectionId: number;
  readonly #inTurn = createTurns();
  #position: ChangePosition;
  #isBroken = false;

  private constructor({ collection, position }: CollectionSight) {
    const fields = collection.fields.filter(({ kind, unique }) => kindsInMemory.has(kind) && !unique);
    this.#columns = fields.map(({ name }) => findColumn(collection, name) as Column);
    this.#fields = JSON.stringify(collection.fields);
    this.#collectionId = collection.id;
    this.#position = position;
    this.table = new DocumentTable(fields);
    this.sets = new AskedSets(this.table);
  }

  /**
   * Loads a collection.
   *
   * @returns undefined when it takes more than `mostBytes`
   */
  static load(db: Db, collectionId: number, mostBytes: number): Promise<CollectionMemory | undefined> {
    return inSnapshot(db, async (trx) => {
      await allowLongTransaction(trx);
      const sight = await lookAt(trx, collectionId);
      if (sight === undefined) return undefined;
      const memory = new CollectionMemory(sight);
      for (let after = 0; ; ) {
        const rows = await readNextFieldRows(trx, collectionId, memory.#columns, after, chunkSize);
        memory.table.put(rows);
        if (memory.bytes > mostBytes) return undefined;
        if (rows.numbers.length < chunkSize) return memory;
        after = rows.numbers.at(-1) as number;
      }
    });
  }

  /** An estimate of what it takes. */
  get bytes(): number {
    return this.table.bytes + this.sets.bytes;
  }

  /**
   * Brings the memory up to the transaction's snapshot and looks into it, before anybody else brings it further. It must be the
   * transaction's first work: snapshots are taken in turn too, so that none is older than the memory.
   *
   * @returns undefined when the memory cannot follow and is of no more use: the collection's fields are others, the server
   * began anew, notes of changes are gone, or an earlier change could not be followed
   */
  look<T>(trx: Trx, work: (sight: CollectionSight) => Promise<T>): Promise<{ readonly seen: T } | undefined> {
    return this.#inTurn(async () => {
      const sight = await lookSince(trx, this.#collectionId, this.#position);
      if (sight?.changed === undefined || JSON.stringify(sight.collection.fields) !== this.#fields) return undefined;
      if (this.#isBroken || this.#isWorn()) return undefined;
      await this.#follow(trx, sight.changed);
      this.#position = sight.position;
      return { seen: await work(sight) };
    });
  }

  async #follow(trx: Trx, changed: readonly number[]): Promise<void> {
    if (changed.length === 0) return;
    // Until all of it is in, what is here belongs to no snapshot.
    this.#isBroken = true;
    this.sets.note(changed);
    for (let from = 0; from < changed.length; from += chunkSize) {
      const numbers = changed.slice(from, from + chunkSize);
      const rows = await readFieldRowsOf(trx, this.#collectionId, this.#columns, numbers);
      this.table.put(rows);
      const present = new Set(rows.numbers);
      this.table.delete(numbers.filter((number) => !present.has(number)));
    }
    this.#isBroken = false;
  }

  #isWorn(): boolean {
    return this.table.deleted > sparedRows + this.table.rows / 2;
  }
}
