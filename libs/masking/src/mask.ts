import { type MaskedPiece, maskPiece, type OpenForms } from "./mask-piece.js";
import { createMaskStream, type MaskStream } from "./mask-stream.js";
import { Pattern } from "./pattern.js";
import { secretForms } from "./secret-forms.js";

/** Blackens secret values. */
export interface Mask {
  /** Blackens a whole text. */
  text(text: string): string;
  /** Blackens bytes that are all there. */
  bytes(bytes: Buffer): Buffer;
  /** Masks a piece that has to be passed on whole; see `maskPiece`. */
  piece(bytes: Buffer, open: OpenForms, goesOn: boolean): MaskedPiece;
  /** Begins an output that comes in pieces; undefined when there is nothing to look for. */
  stream(): MaskStream | undefined;
}

/** How secrets are looked for. */
export interface MaskOptions {
  /** Leave lines as many as they are: of a value of several lines each is looked for, and not the whole. Default no. */
  readonly withinLines?: boolean;
}

/**
 * Makes what blackens secret values in whatever form they show (see `secretForms`): each place becomes `[masked]`, places that
 * overlap become one.
 */
export function createMask(values: readonly string[], { withinLines = false }: MaskOptions = {}): Mask {
  const forms = [...new Set(values.flatMap(secretForms))];
  const patterns = forms.filter((form) => !withinLines || !form.includes("\n")).map((form) => new Pattern(form));
  const bytes = (all: Buffer) => {
    if (patterns.length === 0) return all;
    const stream = createMaskStream(patterns);
    return Buffer.concat([stream.push(all), stream.end()]);
  };
  return {
    bytes,
    piece: (data, open, goesOn) => maskPiece(patterns, data, open, goesOn),
    text: (text) => (patterns.length === 0 ? text : bytes(Buffer.from(text)).toString("utf8")),
    stream: () => (patterns.length === 0 ? undefined : createMaskStream(patterns)),
  };
}
