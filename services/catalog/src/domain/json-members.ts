/** Tells whether a valid JSON text is an object. */
export function isObjectText(text: string): boolean {
  return text[skipBlanks(text, 0)] === "{";
}

/**
 * Cuts the text of a JSON object into its members, values as they are written. Of members with the same name the last
 * one counts, as for `JSON.parse`. The text must be valid JSON.
 */
export function splitMembers(text: string): Map<string, string> {
  const members = new Map<string, string>();
  let at = skipBlanks(text, skipBlanks(text, 0) + 1);
  while (text[at] !== "}") {
    const nameEnd = endOfString(text, at);
    const name = JSON.parse(text.slice(at, nameEnd)) as string;
    const begin = skipBlanks(text, skipBlanks(text, nameEnd) + 1);
    const end = endOfValue(text, begin);
    members.set(name, text.slice(begin, end));
    at = skipBlanks(text, end);
    if (text[at] === ",") at = skipBlanks(text, at + 1);
  }
  return members;
}

/** Writes an object from its members. */
export function joinMembers(members: ReadonlyMap<string, string>): string {
  return `{${Array.from(members, ([name, value]) => `${JSON.stringify(name)}:${value}`).join(",")}}`;
}

/** The position after the string that begins at a quotation mark. */
export function endOfString(text: string, begin: number): number {
  let at = begin + 1;
  while (text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
  return at + 1;
}

function endOfValue(text: string, begin: number): number {
  const first = text[begin];
  if (first === '"') return endOfString(text, begin);
  if (first !== "{" && first !== "[") {
    let at = begin;
    while (at < text.length && !/[\s,\]}]/.test(text[at] as string)) at++;
    return at;
  }
  let depth = 0;
  for (let at = begin; ; at++) {
    const char = text[at];
    if (char === '"') at = endOfString(text, at) - 1;
    else if (char === "{" || char === "[") depth++;
    else if ((char === "}" || char === "]") && --depth === 0) return at + 1;
  }
}

function skipBlanks(text: string, begin: number): number {
  let at = begin;
  while (text[at] === " " || text[at] === "\n" || text[at] === "\r" || text[at] === "\t") at++;
  return at;
}
