/**
 * The canonical text of a JSON document: members sorted by name, no space, every number and string written in one way, so that documents that
 * mean the same are equal. Undefined for bytes that are no JSON, or none that survives being read.
 *
 * Close to RFC 8785, with one difference: integers that a double can't hold keep all their digits. Two inputs that differ in the last digit of a
 * 64-bit number are two inputs, and must not be answered with each other's result.
 */
export function canonicalJson(data: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(data);
    if (!/\d{16}/.test(text)) return write(JSON.parse(text), "");
    return write(JSON.parse(markIntegers(text)), mark);
  } catch {
    return undefined;
  }
}

/** Begins the texts that stand for long integers while a document is read. */
const mark = "\u0000";

/** Turns integers beyond 2^53 into marked texts. Strings are matched whole, so that digits inside them stay. */
function markIntegers(text: string): string {
  if (text.includes("\\u0000")) throw new SyntaxError("a text of the document looks as if it were marked");
  return text.replace(/"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g, (token) => {
    const isLong = /^-?\d+$/.test(token) && !Number.isSafeInteger(Number(token));
    return isLong ? `"\\u0000${token}"` : token;
  });
}

/** `marked` begins the texts that are numbers; empty: none is. */
function write(value: unknown, marked: string): string {
  if (typeof value === "string" && marked !== "" && value.startsWith(marked)) return value.slice(marked.length);
  if (typeof value === "number" && !Number.isFinite(value)) throw new RangeError("a number is too large");
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map((element) => write(element, marked)).join(",")}]`;
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([name, field]) => `${JSON.stringify(name)}:${write(field, marked)}`).join(",")}}`;
}
