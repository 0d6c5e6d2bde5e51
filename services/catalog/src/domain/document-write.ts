/** What must hold before a write. */
export interface Expectation {
  /** Exactly this revision. */
  readonly revision?: number;
  readonly absent: boolean;
  readonly present: boolean;
  /** Parsed values by dotted place. Null also stands for absent. */
  readonly fields: ReadonlyMap<string, unknown>;
}

/** What a write does. Bodies and patches are valid JSON texts. */
export type Operation =
  | {
      readonly kind: "put";
      readonly body: string;
      readonly expiresAt: string | null;
      readonly keepRevisionIfEqual: boolean;
    }
  | { readonly kind: "patch"; readonly patch: string; readonly upsert: boolean }
  | { readonly kind: "delete" };

/** One write of a batch. */
export interface DocumentWrite {
  readonly collection: string;
  readonly key: string;
  readonly operation: Operation;
  readonly expect: Expectation;
}

/** Names a write in errors: its place in the batch, and the document. A type, since metadata takes no interfaces. */
export type WritePlace = { readonly index: string; readonly collection: string; readonly key: string };

/** How one write went. */
export interface WriteResult {
  /** Revision after the write; 0 when there is no document then. */
  readonly revision: number;
  /** Number of the document that was written or deleted; 0 when there was none. */
  readonly number: number;
  readonly created: boolean;
  readonly changed: boolean;
}
