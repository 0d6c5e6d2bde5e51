/** A command line, taken apart. */
export interface SplitCommand {
  /** Variables that stood in front. */
  readonly env: Readonly<Record<string, string>>;
  /** The rest, quoted anew. */
  readonly command: string;
}

/**
 * Takes the leading `NAME=value` words off a command, by the rules of a POSIX shell. A command whose quotes do not match is
 * left as it is.
 */
export function splitCommand(command: string): SplitCommand {
  const words = shellWords(command);
  if (words === undefined) return { env: {}, command };
  const env: Record<string, string> = {};
  let first = 0;
  for (; first < words.length; first += 1) {
    const [, name, value] = /^([A-Za-z_][A-Za-z0-9_]*)=(.*)$/s.exec(words[first] ?? "") ?? [];
    if (name === undefined || value === undefined) break;
    env[name] = value;
  }
  return { env, command: words.slice(first).map(quoteWord).join(" ") };
}

/** The words of a command line: quotes and backslashes as in a POSIX shell, nothing expanded. Undefined for open quotes. */
export function shellWords(line: string): string[] | undefined {
  const words: string[] = [];
  let word: string | undefined;
  for (let at = 0; at < line.length; at += 1) {
    const character = line[at] as string;
    if (/\s/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (character === "'") {
      const end = line.indexOf("'", at + 1);
      if (end < 0) return undefined;
      word = (word ?? "") + line.slice(at + 1, end);
      at = end;
    } else if (character === '"') {
      const quoted = doubleQuoted(line, at + 1);
      if (quoted === undefined) return undefined;
      word = (word ?? "") + quoted.text;
      at = quoted.end;
    } else if (character === "\\") {
      if (at + 1 === line.length) return undefined;
      at += 1;
      word = (word ?? "") + (line[at] as string);
    } else {
      word = (word ?? "") + character;
    }
  }
  if (word !== undefined) words.push(word);
  return words;
}

/** The text up to the closing quote, and where that is. Only a quote and a backslash can be escaped in it. */
function doubleQuoted(line: string, from: number): { readonly text: string; readonly end: number } | undefined {
  let text = "";
  for (let at = from; at < line.length; at += 1) {
    const character = line[at] as string;
    if (character === '"') return { text, end: at };
    const escapes = character === "\\" && (line[at + 1] === '"' || line[at + 1] === "\\");
    if (escapes) at += 1;
    text += line[at] as string;
  }
  return undefined;
}

function quoteWord(word: string): string {
  if (word === "") return "''";
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'"'"'`)}'`;
}
