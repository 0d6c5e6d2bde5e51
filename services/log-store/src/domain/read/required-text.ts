import { splitFlags } from "./safe-regex.js";

/** Escapes that stand for one character of a kind, or for a place, and are two characters long. */
const plainEscapes = /[dDwWsSbBnrtvf]/;
/** How often something may come, a lazy sign included. */
const quantifier = /^(?:[*+?]|\{\d+(?:,\d*)?\})\??/;

/**
 * A text that every match of an expression contains, the longest that is easily found; empty: none is. With it, chunks can be passed over without being taken
 * apart. Whatever is not plainly understood counts as nothing known.
 *
 * @param source an expression that compiles, with `(?i)` and the like at the beginning
 */
export function requiredText(source: string): string {
  const { flags, body: pattern } = splitFlags(source);
  if (flags.includes("i")) return "";
  let best = "";
  let run = "";
  const end = () => {
    if (run.length > best.length) best = run;
    run = "";
  };
  for (let at = 0; at < pattern.length; ) {
    const atom = atomAt(pattern, at);
    if (atom === undefined) return "";
    at += atom.length;
    const [often = ""] = quantifier.exec(pattern.slice(at)) ?? [];
    at += often.length;
    // What may be absent, or is no text, ends a run; what comes at least once ends it too, but belongs to it.
    if (atom.text === undefined || (often !== "" && !often.startsWith("+"))) end();
    else {
      run += atom.text;
      if (often !== "") end();
    }
  }
  end();
  return best;
}

/** What stands at a place of an expression: how long it is, and which text it stands for, if for one; undefined: nothing is known of the whole expression. */
function atomAt(pattern: string, at: number): { readonly length: number; readonly text?: string } | undefined {
  const char = pattern.charAt(at);
  switch (char) {
    case "|":
      return undefined;
    case "\\": {
      const escaped = pattern.charAt(at + 1);
      if (plainEscapes.test(escaped)) return { length: 2 };
      return /[\p{L}\p{N}]/u.test(escaped) ? undefined : { length: 2, text: escaped };
    }
    case "[":
      return { length: classEnd(pattern, at) - at };
    case "(":
      return { length: groupEnd(pattern, at) - at };
    default:
      return /[.^$*+?{}\]]/.test(char) ? { length: 1 } : { length: 1, text: char };
  }
}

/** Where what follows a character class begins. */
function classEnd(pattern: string, from: number): number {
  for (let at = from + 1; at < pattern.length; at++) {
    if (pattern[at] === "\\") at++;
    else if (pattern[at] === "]") return at + 1;
  }
  return pattern.length;
}

/** Where what follows a group begins. */
function groupEnd(pattern: string, from: number): number {
  for (let at = from + 1; at < pattern.length; ) {
    const char = pattern[at];
    if (char === ")") return at + 1;
    if (char === "\\") at += 2;
    else if (char === "[") at = classEnd(pattern, at);
    else if (char === "(") at = groupEnd(pattern, at);
    else at++;
  }
  return pattern.length;
}
