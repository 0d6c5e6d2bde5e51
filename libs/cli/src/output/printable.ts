/** Control characters, those of terminals' escape sequences among them. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const control = /[\u0000-\u001f\u007f-\u009f]/g;

const named: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** A text as one line that does nothing to the terminal: what comes from jobs and runners is not to be trusted. */
export function printable(text: string): string {
  return text.replace(control, (char) => named[char] ?? `\\x${char.charCodeAt(0).toString(16).padStart(2, "0")}`);
}
