/** A stretch of text that is set in one way. */
export interface Run {
  readonly text: string;
  readonly bold?: boolean;
  readonly italic?: boolean;
  readonly underline?: boolean;
  /** An address of the web or of mail; nothing else becomes a link. */
  readonly href?: string;
}

/** What follows on each other in a document, whatever it will be printed as. */
export type Block =
  | { readonly kind: "heading"; readonly level: 1 | 2 | 3; readonly runs: readonly Run[] }
  | { readonly kind: "paragraph"; readonly runs: readonly Run[] }
  /** `depth` counts from 0; `label` is a bullet or a number with its dot. */
  | { readonly kind: "item"; readonly depth: number; readonly label: string; readonly runs: readonly Run[] }
  | { readonly kind: "rule" };

/** The sign before an item of a list that has no numbers. */
export const bullet = "\u2022";

/** Text without what no file format may hold: control characters other than line breaks and tabs, and halves of characters. */
export function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  return text.toWellFormed().replace(/[\u0000-\u0008\u000B-\u001F\u007F\uFFFE\uFFFF]/g, "");
}

/** An address as it may become a link; undefined for everything but the web and mail. */
export function linkAddress(address: unknown): string | undefined {
  const url = typeof address === "string" && URL.canParse(address) ? new URL(address) : undefined;
  return url !== undefined && ["https:", "http:", "mailto:"].includes(url.protocol) ? url.href : undefined;
}

/** The words of a block without how they are set. */
export function plainText(runs: readonly Run[]): string {
  return runs.map(({ text }) => text).join("");
}
