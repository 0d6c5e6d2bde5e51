import { z } from "zod";

/** Texts without white space around them; blank ones are dropped and what is beyond `most` is cut before the rest is checked. */
export function textList(least: number, most: number) {
  return z.preprocess((value) => cut(value, most), z.array(z.string()).min(least).max(most));
}

function cut(value: unknown, most: number): unknown {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) return value;
  return value
    .map((entry: unknown) => (typeof entry === "string" ? entry.trim() : entry))
    .filter((entry) => entry !== "")
    .slice(0, most);
}
