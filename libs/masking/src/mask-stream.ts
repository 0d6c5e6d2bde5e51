import { mark } from "./mark.js";
import type { Pattern } from "./pattern.js";

/** Blackens secrets in an output that comes in pieces, also those that are cut by a border. */
export interface MaskStream {
  /**
   * Takes the next bytes; answers what can be passed on. Held back is only what may be the beginning of a secret: never as much as
   * the longest text that is looked for. The bytes must not be changed afterwards.
   */
  push(chunk: Buffer): Buffer;
  /** What was held back. */
  end(): Buffer;
}

/** Makes a stream's mask. */
export function createMaskStream(patterns: readonly Pattern[]): MaskStream {
  let held: Buffer = Buffer.alloc(0);
  /** So many of the held bytes belong to a place whose mark is out already; they are held as what may begin the next place. */
  let covered = 0;

  const pass = (data: Buffer, from: number): Buffer => {
    const spans = joined(patterns, data, covered);
    const out: Buffer[] = [];
    let at = 0;
    for (const [start, end] of spans) {
      const isCovered = covered > 0 && start === 0;
      // Wholly in what is held: it is found again.
      if (start >= from && !isCovered) break;
      out.push(data.subarray(at, start));
      if (!isCovered) out.push(mark);
      at = end;
    }
    if (at < from) out.push(data.subarray(at, from));
    held = data.subarray(from);
    covered = Math.max(0, at - from);
    return out.length === 1 ? (out[0] as Buffer) : Buffer.concat(out);
  };
  return {
    push(chunk) {
      const data = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
      const begun = patterns.reduce((most, pattern) => Math.max(most, pattern.begunAtEnd(data)), 0);
      return pass(data, data.length - begun);
    },
    end: () => pass(held, held.length),
  };
}

/** The places of all patterns in order, those that overlap joined; the first `covered` bytes are a place. */
function joined(patterns: readonly Pattern[], data: Buffer, covered: number): [number, number][] {
  const spans: [number, number][] = covered > 0 ? [[0, covered]] : [];
  for (const pattern of patterns) pattern.addSpans(data, spans);
  if (spans.length < 2) return spans;
  spans.sort((a, b) => a[0] - b[0]);
  const whole: [number, number][] = [];
  for (const span of spans) {
    const last = whole.at(-1);
    if (last === undefined || span[0] >= last[1]) whole.push(span);
    else last[1] = Math.max(last[1], span[1]);
  }
  return whole;
}
