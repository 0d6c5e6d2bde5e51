import type { DeclaredCollection } from "@switchyard/pipeline-model";

/** A JSON object as it is stored. */
export type Body = Record<string, unknown>;

/** A document that is there. */
export interface StoredDocument<T = Body> {
  readonly key: string;
  readonly body: T;
  /** Rises with each write; for expectations. */
  readonly revision: bigint;
}

/** A condition on an index field; conditions of a query must all hold. */
export interface Condition {
  /** Name of a declared index field. */
  readonly field: string;
  /** Default `equal`: any of the values. */
  readonly is?:
    | "equal"
    | "not-equal"
    | "less"
    | "less-or-equal"
    | "greater"
    | "greater-or-equal"
    | "present"
    | "matches";
  readonly values?: readonly unknown[];
}

/** A query for a list. */
export interface DocumentQuery {
  readonly where?: readonly Condition[];
  /** Name of an index field, `key` or `create_time`. Default: in the order of creation. */
  readonly orderBy?: string;
  readonly descending?: boolean;
  /** Most documents. Default all. */
  readonly limit?: number;
}

/** What must hold before a write. */
export interface Expected {
  readonly revision?: bigint;
  readonly absent?: boolean;
  readonly present?: boolean;
  /** Members at dotted places have these values. */
  readonly fields?: Readonly<Record<string, unknown>>;
}

/** One write of a batch. */
export type DocumentWrite = {
  readonly collection: DeclaredCollection;
  readonly key: string;
  readonly expect?: Expected;
} & (
  | { /** The whole body. */ readonly put: object; readonly expireTime?: Date }
  | { /** A JSON merge patch: null removes a member. */ readonly patch: object; readonly upsert?: boolean }
  | { readonly remove: true }
);

/** The documents of the dialect's namespace. Every call is bounded by the run's signal. */
export interface DocumentStore {
  get<T = Body>(collection: DeclaredCollection, key: string): Promise<StoredDocument<T> | undefined>;
  /** Those that are there, in the order of the keys; any number of keys. */
  batchGet<T = Body>(collection: DeclaredCollection, keys: readonly string[]): Promise<StoredDocument<T>[]>;
  list<T = Body>(collection: DeclaredCollection, query?: DocumentQuery): Promise<StoredDocument<T>[]>;
  /** Writes a whole body. Settles with its revision. @throws DocumentConflict */
  put(
    collection: DeclaredCollection,
    key: string,
    body: object,
    options?: { readonly expect?: Expected; readonly expireTime?: Date },
  ): Promise<bigint>;
  /** Applies a JSON merge patch; the document must be there unless `upsert`. @throws DocumentConflict */
  patch(
    collection: DeclaredCollection,
    key: string,
    patch: object,
    options?: { readonly expect?: Expected; readonly upsert?: boolean },
  ): Promise<bigint>;
  /** Applies writes, all or none; at most 1,000. @throws DocumentConflict */
  write(writes: readonly DocumentWrite[]): Promise<void>;
  /**
   * Reads, changes and writes, anew when somebody else wrote in between. `change` gets undefined where nothing is there, and
   * answers with the new body, or with undefined to leave things as they are. Settles with what is stored now.
   */
  update<T extends object = Body>(
    collection: DeclaredCollection,
    key: string,
    change: (body: T | undefined) => T | undefined,
  ): Promise<T | undefined>;
}

/** An expectation of a write did not hold, or a unique value is taken; nothing was written. */
export class DocumentConflict extends Error {
  override readonly name = "DocumentConflict";
}
