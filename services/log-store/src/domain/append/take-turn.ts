import type { StreamWrite } from "../../store/write-appends.js";
import { EntryType, momentOfMs } from "../../model/entry.js";
import { type BuiltChunk, ChunkBuilder } from "./chunk-builder.js";
import { type Decision, decideAppend } from "./decide-append.js";
import { type Draft, sliceDraft, textBytesOf } from "./draft.js";
import { maskDraft } from "./mask-draft.js";
import type { AppendOutcome, PendingAppend, StreamHead } from "./stream-head.js";

/** What a flush does for one stream. Nothing of the head is changed before it is written. */
export interface Turn {
  readonly head: StreamHead;
  /** The first appends that wait, and what each is answered once the turn is written. */
  readonly answers: readonly { readonly append: PendingAppend; readonly outcome: AppendOutcome }[];
  /** Undefined: nothing is added. */
  readonly write: (StreamWrite & { readonly chunks: readonly BuiltChunk[] }) | undefined;
  /** Bytes of drafts that are written. */
  readonly size: number;
  /** The next append would be refused on a state that may be old: the head must be read anew. */
  readonly needsReload: boolean;
}

/** Bounds of a turn. */
export interface TurnLimits {
  /** Bytes that are written, but for the first append, which is always taken. */
  readonly maxBytes: number;
  /** Bytes of text that a stream may have; the append that reaches them is the last one, and an entry says so. */
  readonly maxStreamBytes: number;
  /** The namespace has as much as it may have: an entry that says so is the last one of every stream. */
  readonly isNamespaceFull: boolean;
}

/** Decides on the appends that wait for a stream, as many as fit, and packs what they add. */
export function takeTurn(head: StreamHead, limits: TurnLimits, nowMicros: number): Turn {
  const { maxBytes, maxStreamBytes, isNamespaceFull } = limits;
  const answers: Turn["answers"][number][] = [];
  const builder = new ChunkBuilder(head.next, head.bytes);
  let next = head.next;
  let addedBytes = 0;
  let open = head.open;
  let resetSequence: number | undefined;
  let size = 0;
  let needsReload = false;
  let limited = false;

  for (const append of head.pending) {
    const isFull = limited || head.bytes + addedBytes >= maxStreamBytes;
    const closed = head.closed ?? (isFull ? "LOG_LIMIT_REACHED" : undefined);
    const decision = decideAppend({ next, closed }, append.wish);
    // What this turn itself has filled up is no old state: its write verifies it.
    const isFilledNow =
      decision.kind === "refuse" && decision.reason === "LOG_LIMIT_REACHED" && (limited || addedBytes > 0);
    if (decision.kind === "refuse" && !head.fresh && !isFilledNow) {
      needsReload = true;
      break;
    }
    if (decision.kind === "add" && isNamespaceFull) {
      builder.add(truncation("the log ends here: its namespace has as much as it may have", nowMicros));
      limited = true;
      answers.push({ append, outcome: { kind: "refused", reason: "LOG_LIMIT_REACHED", nextSequence: ++next } });
      continue;
    }
    if (decision.kind === "add") {
      if (size > 0 && size + append.size > maxBytes) break;
      size += append.size;
      const slice = sliceDraft(append.draft, decision.skip);
      // After a gap nothing goes on.
      const before = decision.gap > 0 ? {} : open;
      const masked = append.mask === undefined ? { draft: slice, open: {} } : maskDraft(append.mask, slice, before);
      const { draft } = masked;
      open = masked.open;
      if (decision.gap > 0) builder.gap(decision.gap, nowMicros);
      builder.add(draft);
      addedBytes += textBytesOf(draft);
      resetSequence = behindReset(draft, decision.firstSequence + decision.skip) ?? resetSequence;
      next = decision.nextSequence;
      if (head.bytes + addedBytes >= maxStreamBytes) {
        builder.add(truncation(`the log ends here: a stream may have ${maxStreamBytes} bytes of text`, nowMicros));
        next += 1;
      }
    }
    answers.push({ append, outcome: outcomeOf(decision) });
  }

  const { key, id } = head;
  const chunks = builder.finish();
  const write =
    chunks.length === 0
      ? undefined
      : { key, id, length: head.next, nextLength: next, addedBytes, resetSequence, open, limited, chunks };
  return { head, answers, write, size, needsReload };
}

/** The last entry of a stream that is full. */
function truncation(message: string, nowMicros: number): Draft {
  const time = momentOfMs(nowMicros / 1_000);
  return { kind: "entries", entries: [{ time, level: 0, type: EntryType.truncated, message, source: "" }] };
}

/** Takes over what was written, and answers. */
export function settleTurn({ head, answers, write }: Turn, id: number | undefined): void {
  if (write !== undefined) {
    head.id = id;
    head.next = write.nextLength;
    head.bytes += write.addedBytes;
    head.open = write.open;
    if (write.limited) head.closed = "LOG_LIMIT_REACHED";
  }
  head.fresh = false;
  head.pending.splice(0, answers.length);
  for (const { append, outcome } of answers) append.resolve(outcome);
}

function outcomeOf(decision: Decision): AppendOutcome {
  const { nextSequence } = decision;
  if (decision.kind === "refuse") return { kind: "refused", reason: decision.reason, nextSequence };
  return { kind: "done", firstSequence: decision.firstSequence, nextSequence };
}

function behindReset(draft: Draft, firstSequence: number): number | undefined {
  if (draft.kind === "lines") return undefined;
  const last = draft.entries.findLastIndex(({ type }) => type === EntryType.reset);
  return last < 0 ? undefined : firstSequence + last + 1;
}
