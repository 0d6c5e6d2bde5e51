/** Why nothing can be added to a stream any more. */
export type Closed = "LOG_SEALED" | "LEASE_LOST" | "LOG_LIMIT_REACHED";

/** What a decision needs to know of the stream. */
export interface StreamState {
  /** Sequence number of the next entry. */
  readonly next: number;
  /** Undefined: open. */
  readonly closed: Closed | undefined;
}

/** What an append asks for. */
export interface AppendWish {
  /** Sequence number that the first entry shall get; undefined: the next one. */
  readonly expected: number | undefined;
  /** Entries. */
  readonly count: number;
  /** Record what is missing instead of refusing. */
  readonly allowGap: boolean;
  /** Refuse unless `expected` is exactly the next number: no repeats, no overlap. */
  readonly exact?: boolean;
}

/** What is done with an append. */
export type Decision =
  | {
      readonly kind: "add";
      /** Leading entries that are there already. */
      readonly skip: number;
      /** Missing entries to be recorded before the first one. */
      readonly gap: number;
      readonly firstSequence: number;
      readonly nextSequence: number;
    }
  /** All of it is there already, or it is empty. */
  | { readonly kind: "nothing"; readonly firstSequence: number; readonly nextSequence: number }
  | { readonly kind: "refuse"; readonly reason: Closed | "SEQUENCE_MISMATCH"; readonly nextSequence: number };

/**
 * Decides on one append. Pure.
 *
 * A repeat is told by its numbers alone: entries below the end count as there, also below a gap that was recorded. A repeat of what is
 * there is confirmed even when the stream has ended meanwhile, so that a producer whose answer was lost learns that
 * all is well; an older attempt is refused whatever it brings.
 */
export function decideAppend({ next, closed }: StreamState, wish: AppendWish): Decision {
  const { count, allowGap, exact = false } = wish;
  const refuse = (reason: Closed | "SEQUENCE_MISMATCH"): Decision => ({ kind: "refuse", reason, nextSequence: next });
  if (closed === "LEASE_LOST") return refuse(closed);
  const expected = wish.expected ?? next;
  if (exact && expected !== next) return refuse("SEQUENCE_MISMATCH");
  const nextSequence = expected + count;
  // The last entry of a full stream is the store's own: what claims its number was not taken.
  const taken = closed === "LOG_LIMIT_REACHED" ? next - 1 : next;
  const isRepeat = wish.expected !== undefined && nextSequence <= taken;
  if (isRepeat) return { kind: "nothing", firstSequence: expected, nextSequence };
  if (closed !== undefined) return refuse(closed);
  if (expected > next && !(allowGap && count > 0)) return refuse("SEQUENCE_MISMATCH");
  if (count === 0) return { kind: "nothing", firstSequence: expected, nextSequence };
  return {
    kind: "add",
    skip: Math.max(0, next - expected),
    gap: Math.max(0, expected - next),
    firstSequence: expected,
    nextSequence,
  };
}
