import type { Mask, OpenForms } from "@switchyard/masking";
import type { StreamKey } from "../../model/stream-key.js";
import type { HeadRow } from "../../store/load-heads.js";
import type { AppendWish, Closed } from "./decide-append.js";
import type { Draft } from "./draft.js";

/** How an append ended, when the database answered. */
export type AppendOutcome =
  | { readonly kind: "done"; readonly firstSequence: number; readonly nextSequence: number }
  | { readonly kind: "refused"; readonly reason: Closed | "SEQUENCE_MISMATCH"; readonly nextSequence: number };

/** An append that waits for its turn. */
export interface PendingAppend {
  readonly wish: AppendWish;
  readonly draft: Draft;
  /** Blackens what is not to be stored; undefined: nothing. */
  readonly mask: Mask | undefined;
  /** Bytes, for bounds. */
  readonly size: number;
  readonly resolve: (outcome: AppendOutcome) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * What a process knows of a stream's end. It saves reading before each write and is never trusted: the write itself verifies the
 * length, and a refusal is given only on a state that was read since the append came (`fresh`).
 */
export interface StreamHead {
  readonly key: StreamKey;
  /** Undefined: not made yet. */
  id: number | undefined;
  next: number;
  bytes: number;
  closed: Closed | undefined;
  /** Beginnings of secrets at the end. */
  open: OpenForms;
  /** The fields above were read at some time. */
  known: boolean;
  /** They were read after the appends that wait came, and nothing has been decided on them yet. */
  fresh: boolean;
  /** Writes in a row that were refused since another replica was there first. */
  losses: number;
  /** In the order in which they came. */
  readonly pending: PendingAppend[];
  /** Somebody works on `pending`. */
  busy: boolean;
}

/** Makes a head of which nothing is known. */
export function createStreamHead(key: StreamKey): StreamHead {
  const state = { id: undefined, next: 0, bytes: 0, closed: undefined, open: {} };
  return { key, ...state, known: false, fresh: false, losses: 0, pending: [], busy: false };
}

/** Takes over what the database says. */
export function refreshHead(head: StreamHead, row: HeadRow): void {
  head.id = row.id;
  head.next = row.length;
  head.bytes = row.byteCount;
  head.open = row.open;
  head.closed = closedBy(head.key.attempt, row);
  head.known = true;
  head.fresh = true;
}

/** Whether appends to a stream are refused, and why. */
export function closedBy(attempt: number, row: HeadRow): Closed | undefined {
  if (attempt < row.newestAttempt) return "LEASE_LOST";
  if (row.sealed || attempt <= row.sealedAttempt) return "LOG_SEALED";
  return row.limited ? "LOG_LIMIT_REACHED" : undefined;
}
