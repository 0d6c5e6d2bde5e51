import { setFlagsFromString } from "node:v8";
import { SwitchyardError } from "@switchyard/errors";

/** Longest expression, in UTF-16 units. */
const maxRegexLength = 1_000;

// Node's engine backtracks, so that `(a|a)*b` on a line of 40 characters would hold the process for minutes. V8 has a second engine of
// linear time and changes over to it after 50,000 steps back, for expressions that it can execute; the flag `l` tells which those are.
setFlagsFromString("--enable-experimental-regexp-engine");
setFlagsFromString("--enable-experimental-regexp-engine-on-excessive-backtracks");
const linearTimeIsKnown = isValid("a", "l");

/**
 * Compiles an expression of a caller into a test. RE2 syntax as far as JavaScript shares it, with `(?i)`, `(?s)` and
 * `(?m)` at the beginning. Look-around, back references and repetitions of hundreds are refused: whatever passes is matched in linear time.
 *
 * @throws SwitchyardError `INVALID_ARGUMENT`; `UNIMPLEMENTED` on a runtime without the linear engine
 */
export function compileRegex(source: string): (text: string) => boolean {
  if (!linearTimeIsKnown) {
    throw new SwitchyardError("UNIMPLEMENTED", "this server cannot match regular expressions safely");
  }
  if (source.length > maxRegexLength) throw invalid(`is longer than ${maxRegexLength} characters`);
  const { flags: groupFlags, body } = splitFlags(source);
  const flags = ["s", "m"].filter((flag) => groupFlags.includes(flag)).join("");
  // The linear engine has no flag for case, so both sides are brought to lower case instead.
  const ignoresCase = groupFlags.includes("i");
  const pattern = ignoresCase ? lowerCase(body) : body;
  if (!isValid(pattern, `${flags}l`)) {
    throw invalid(isValid(pattern, flags) ? "cannot be matched in linear time" : "is not a regular expression");
  }
  const regex = new RegExp(pattern, flags);
  return ignoresCase ? (text) => regex.test(text.toLowerCase()) : (text) => regex.test(text);
}

/** What stands in `(?...)` at the beginning of an expression, and the rest of it. */
export function splitFlags(source: string): { readonly flags: string; readonly body: string } {
  const [, flags = "", body = ""] = /^(?:\(\?([ims]+)\))?([\s\S]*)$/.exec(source) ?? [];
  return { flags, body };
}

/** Brings the letters of a pattern to lower case; what follows a backslash is left alone (`\S` is not `\s`). */
function lowerCase(pattern: string): string {
  if (/\\[xuc]/.test(pattern)) throw invalid("uses \\x, \\u or \\c together with (?i)");
  return pattern.replace(/\\[\s\S]|[^\\]+/g, (part) => (part.startsWith("\\") ? part : part.toLowerCase()));
}

function isValid(pattern: string, flags: string): boolean {
  try {
    new RegExp(pattern, flags);
    return true;
  } catch {
    return false;
  }
}

function invalid(problem: string): SwitchyardError {
  return new SwitchyardError("INVALID_ARGUMENT", `filter.regex ${problem}`, { field: "filter.regex" });
}
