import { endOfString, skipSpace } from "./json-span.js";

/**
 * Writes a JSON value in the one form that all texts of that value share: members sorted by name, the last of a repeated
 * name, no white space, numbers as exact decimals (`1`, `1.0` and `10e-1` are the same number; two integers beyond 2^53
 * that differ stay different).
 *
 * @param text a valid JSON text that is nested less than a few thousand levels deep: the function calls itself
 */
export function canonicalJson(text: string): string {
  return readValue({ text, position: 0 });
}

interface Cursor {
  readonly text: string;
  position: number;
}

function readValue(cursor: Cursor): string {
  cursor.position = skipSpace(cursor.text, cursor.position);
  const first = cursor.text[cursor.position];
  if (first === "{") return readObject(cursor);
  if (first === "[") return readArray(cursor);
  if (first === '"') return JSON.stringify(readString(cursor));
  const token = /[^\s,\]}]+/y;
  token.lastIndex = cursor.position;
  const word = (token.exec(cursor.text) as RegExpExecArray)[0];
  cursor.position += word.length;
  return /^[-\d]/.test(word) ? canonicalNumber(word) : word;
}

function readObject(cursor: Cursor): string {
  const members = new Map<string, string>();
  while (moreAfter(cursor, "}")) {
    const name = readString(cursor);
    cursor.position = skipSpace(cursor.text, cursor.position) + 1;
    members.set(name, readValue(cursor));
  }
  const names = [...members.keys()].sort();
  return `{${names.map((name) => `${JSON.stringify(name)}:${members.get(name)}`).join(",")}}`;
}

function readArray(cursor: Cursor): string {
  const elements: string[] = [];
  while (moreAfter(cursor, "]")) elements.push(readValue(cursor));
  return `[${elements.join(",")}]`;
}

/** Steps over the opening bracket or comma, to the next item; or over the closing bracket, and answers false. */
function moreAfter(cursor: Cursor, close: string): boolean {
  const { text } = cursor;
  cursor.position = skipSpace(text, cursor.position);
  if (text[cursor.position] !== close) cursor.position = skipSpace(text, cursor.position + 1);
  if (text[cursor.position] !== close) return true;
  cursor.position += 1;
  return false;
}

function readString(cursor: Cursor): string {
  const end = endOfString(cursor.text, cursor.position);
  const value = JSON.parse(cursor.text.slice(cursor.position, end)) as string;
  cursor.position = end;
  return value;
}

function canonicalNumber(token: string): string {
  const [, sign = "", whole = "", fraction = "", exponent = "0"] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([-+]?\d+))?$/.exec(token) ?? [];
  const digits = `${whole}${fraction}`.replace(/^0+/, "");
  const significant = digits.replace(/0+$/, "");
  if (significant === "") return "0";
  const power = BigInt(exponent) - BigInt(fraction.length) + BigInt(digits.length - significant.length);
  return `${sign}${significant}e${power}`;
}
