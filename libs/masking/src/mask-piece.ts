import { mark } from "./mark.js";
import type { Pattern } from "./pattern.js";

/**
 * Beginnings of secrets at the end of a piece: how many bytes of them have passed, by the name of the form. The names are digests, so that this may be stored
 * where the secrets may not.
 */
export type OpenForms = Readonly<Record<string, number>>;

/** A piece that was masked. */
export interface MaskedPiece {
  readonly bytes: Buffer;
  /** What may go on in the next piece. */
  readonly open: OpenForms;
}

/** Fewer bytes of a beginning are left as they are: they tell little, and nearly every text ends with the first letters of something. */
const fewestBlackened = 4;

/**
 * Masks a piece of an output that has to be passed on whole, since nobody knows when the next one comes: what stands at its end and may be the beginning of a secret is blackened at once, and where the next piece
 * goes on with it, that is blackened too. So a text that only seemed to begin a secret loses its last characters.
 *
 * @param open what the piece before left open
 * @param goesOn whether the next piece may go on where this one ends
 */
export function maskPiece(patterns: readonly Pattern[], data: Buffer, open: OpenForms, goesOn: boolean): MaskedPiece {
  if (data.length === 0) return { bytes: data, open };
  const spans: [number, number][] = [];
  const left: Record<string, number> = {};
  /** The mark of what the piece before ended with is out already. */
  let isMarked = false;
  for (const pattern of patterns) {
    const passed = open[pattern.name];
    const length = passed === undefined ? 0 : pattern.goesOnFor(data, passed);
    if (passed !== undefined && length > 0) {
      spans.push([0, length]);
      isMarked ||= passed >= fewestBlackened;
      if (length === data.length && passed + length < pattern.length) left[pattern.name] = passed + length;
    }
    pattern.addSpans(data, spans);
    const begun = pattern.begunAtEnd(data);
    if (begun === 0) continue;
    left[pattern.name] = Math.max(begun, left[pattern.name] ?? 0);
    if (goesOn && begun >= fewestBlackened) spans.push([data.length - begun, data.length]);
  }
  return { bytes: blackened(data, spans, isMarked), open: goesOn ? left : {} };
}

function blackened(data: Buffer, spans: [number, number][], isMarked: boolean): Buffer {
  if (spans.length === 0) return data;
  const out: Buffer[] = [];
  let at = 0;
  let last = -1;
  for (const [start, end] of spans.sort((a, b) => a[0] - b[0])) {
    if (end <= at) continue;
    if (start > at) out.push(data.subarray(at, start));
    // One mark for places that touch or overlap.
    if (start > last && !(start === 0 && isMarked)) out.push(mark);
    at = end;
    last = end;
  }
  out.push(data.subarray(at));
  return Buffer.concat(out);
}
