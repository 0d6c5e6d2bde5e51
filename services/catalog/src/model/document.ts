/** What is known of a document without its body. Times are canonical texts (see `parseTime`). */
export interface DocumentFacts {
  readonly key: string;
  readonly revision: number;
  readonly number: number;
  readonly createdAt: string;
  readonly updatedAt: string;
  /** Null: never. */
  readonly expiresAt: string | null;
}

/** A document as readers see it. */
export interface Document extends DocumentFacts {
  /** JSON text as it came; undefined where bodies were not asked for. */
  readonly body: string | undefined;
}

/** A document as it was read for a write. */
export interface StoredDocument {
  readonly number: number;
  readonly revision: number;
  readonly body: string;
  readonly expiresAt: string | null;
}
