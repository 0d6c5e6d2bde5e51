/** Says where a value stands in a JSON text: from `start`, up to and without `end`. */
export interface JsonSpan {
  readonly start: number;
  readonly end: number;
}

/**
 * Finds the members of an object without parsing their values. A repeated name counts as `JSON.parse` counts it: the last
 * one stands.
 *
 * @param text a valid JSON text
 * @param at where the object begins; white space before it is passed over
 */
export function memberSpans(text: string, at = 0): Map<string, JsonSpan> {
  const members = new Map<string, JsonSpan>();
  let position = skipSpace(text, at) + 1;
  for (;;) {
    position = skipSpace(text, position);
    if (text[position] === "}") return members;
    if (text[position] === ",") position = skipSpace(text, position + 1);
    const nameEnd = endOfString(text, position);
    const name = JSON.parse(text.slice(position, nameEnd)) as string;
    const start = skipSpace(text, skipSpace(text, nameEnd) + 1);
    const end = endOfValue(text, start);
    members.set(name, { start, end });
    position = end;
  }
}

/** Finds the elements of an array in the same way. */
export function elementSpans(text: string, at = 0): JsonSpan[] {
  const elements: JsonSpan[] = [];
  let position = skipSpace(text, at) + 1;
  for (;;) {
    position = skipSpace(text, position);
    if (text[position] === "]") return elements;
    if (text[position] === ",") position = skipSpace(text, position + 1);
    const end = endOfValue(text, position);
    elements.push({ start: position, end });
    position = end;
  }
}

/**
 * The text of a value inside of an object, by the names that lead to it; undefined where a name is missing. Whatever stands
 * on the way must be an object.
 */
export function memberText(text: string, ...names: readonly string[]): string | undefined {
  let span: JsonSpan = { start: 0, end: text.length };
  for (const name of names) {
    const found = memberSpans(text, span.start).get(name);
    if (found === undefined) return undefined;
    span = found;
  }
  return text.slice(span.start, span.end);
}

/** The deepest nesting of objects and arrays in a text that may not be valid JSON; `{}` is 1. */
export function nestingDepth(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (let position = 0; position < text.length; position += 1) {
    const code = text.charCodeAt(position);
    if (code === quote) position = endOfString(text, position) - 1;
    else if (code === openBrace || code === openBracket) deepest = Math.max(deepest, ++depth);
    else if (code === closeBrace || code === closeBracket) depth -= 1;
  }
  return deepest;
}

const [quote, backslash] = [0x22, 0x5c];
const [openBrace, closeBrace, openBracket, closeBracket] = [0x7b, 0x7d, 0x5b, 0x5d];

/** The first position that holds no white space. */
export function skipSpace(text: string, at: number): number {
  let position = at;
  while (text.charCodeAt(position) <= 0x20) position += 1;
  return position;
}

/** The position behind the string that begins at `at`. */
export function endOfString(text: string, at: number): number {
  let position = at + 1;
  while (position < text.length) {
    const code = text.charCodeAt(position);
    if (code === quote) return position + 1;
    position += code === backslash ? 2 : 1;
  }
  return text.length;
}

function endOfValue(text: string, at: number): number {
  const first = text.charCodeAt(at);
  if (first === quote) return endOfString(text, at);
  let depth = 0;
  for (let position = at; position < text.length; position += 1) {
    const code = text.charCodeAt(position);
    if (code === quote) position = endOfString(text, position) - 1;
    else if (code === openBrace || code === openBracket) depth += 1;
    else if (code === closeBrace || code === closeBracket) {
      if (depth === 0) return position;
      depth -= 1;
      if (depth === 0) return position + 1;
    } else if (depth === 0 && (code === 0x2c || code <= 0x20)) return position;
  }
  return text.length;
}
