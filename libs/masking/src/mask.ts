import { createMaskStream, type MaskStream } from "./mask-stream.js";
import { Pattern } from "./pattern.js";
import { secretForms } from "./secret-forms.js";

/** Blackens secret values. */
export interface Mask {
  /** Blackens a whole text. */
  text(text: string): string;
  /** Blackens bytes that are all there. */
  bytes(bytes: Buffer): Buffer;
  /** Begins an output that comes in pieces; undefined when there is nothing to look for. */
  stream(): MaskStream | undefined;
}

/**
 * Makes what blackens secret values in whatever form they show (see `secretForms`): each place becomes `[masked]`, places that
 * overlap become one.
 */
export function createMask(values: readonly string[]): Mask {
  const patterns = [...new Set(values.flatMap(secretForms))].map((form) => new Pattern(form));
  const bytes = (all: Buffer) => {
    if (patterns.length === 0) return all;
    const stream = createMaskStream(patterns);
    return Buffer.concat([stream.push(all), stream.end()]);
  };
  return {
    bytes,
    text: (text) => (patterns.length === 0 ? text : bytes(Buffer.from(text)).toString("utf8")),
    stream: () => (patterns.length === 0 ? undefined : createMaskStream(patterns)),
  };
}
