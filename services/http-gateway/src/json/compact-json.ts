import { endOfString } from "./json-span.js";

/**
 * A JSON text without the white space between its tokens. The tokens stay as they were written, so nothing of the value is
 * lost.
 *
 * @param text a valid JSON text
 */
export function compactJson(text: string): string {
  const kept: string[] = [];
  let start = 0;
  for (let position = 0; position < text.length; position += 1) {
    const code = text.charCodeAt(position);
    if (code === 0x22) position = endOfString(text, position) - 1;
    else if (code <= 0x20) {
      if (start < position) kept.push(text.slice(start, position));
      start = position + 1;
    }
  }
  kept.push(text.slice(start));
  return kept.join("");
}
