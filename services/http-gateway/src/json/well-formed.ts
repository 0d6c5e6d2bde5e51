/** A text with halves of surrogate pairs replaced by U+FFFD: they exist in JSON and JavaScript, and in no UTF-8. */
export function wellFormed(text: string): string {
  return /[\ud800-\udfff]/.test(text) ? Buffer.from(text, "utf8").toString("utf8") : text;
}
