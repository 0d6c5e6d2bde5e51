import { styleText } from "node:util";

/** How a text is coloured on terminals. */
export type Tone = "green" | "yellow" | "red" | "cyan" | "gray";

/** A text in its colour, where there are colours. */
export function paint(text: string, tone: Tone | undefined, colors: boolean): string {
  // Whether there are colours is decided already; the function would otherwise ask this process's own output.
  return tone === undefined || !colors ? text : styleText(tone, text, { validateStream: false });
}
