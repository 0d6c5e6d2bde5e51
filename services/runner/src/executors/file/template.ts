/** A place in a text that is filled when a job runs. */
export interface Placeholder {
  /** As it is written, for messages. */
  readonly text: string;
  readonly root: "input" | "job" | "here";
  /** The way from there, member by member. */
  readonly path: readonly string[];
  /** Used when the value is missing or null. */
  readonly default?: string;
}

/** A text with places in it. */
export type Template = readonly (string | Placeholder)[];

/** An entry of a command: one argument whatever stands in it, or a list of which each item is an argument. */
export type Argument = { readonly one: Template } | { readonly each: Placeholder };

/** What of a job can be named. */
const jobFields = ["id", "kind", "attempt", "namespace"];

/** A brace before one of the roots begins a placeholder (and must be one); a doubled one stands for itself. */
const opening = /\{\{(?=(?:input|job|here)\b)|\{(?=(?:input|job|here)\b)/g;
const placeholder = /\{(input|job|here)((?:\.[\w-]+)*)(\.\.\.)?(?::-([^}]*))?\}/y;

/**
 * Reads a text with placeholders: `{input}`, `{input.a.b.0}`, `{input.a:-default}`, `{job.id}`, `{here}`. Other braces are text, and
 * `{{input` is a text that begins with `{input`. What is put in is never read again.
 *
 * @throws Error that says what is no placeholder
 */
export function parseTemplate(text: string): Template {
  const parts = parse(text);
  const spread = parts.find((part) => typeof part !== "string" && part.isSpread);
  if (spread !== undefined)
    throw new Error(
      `${(spread as Parsed).text} stands for several arguments: it needs an entry of a command for itself`,
    );
  return parts.map(plain);
}

/**
 * Reads an entry of a command: like a text, or `{input.a...}` for a list.
 *
 * @throws Error that says what is no placeholder
 */
export function parseArgument(text: string): Argument {
  const parts = parse(text);
  const [only] = parts;
  if (parts.length === 1 && typeof only === "object" && only.isSpread) return { each: plain(only) as Placeholder };
  return { one: parseTemplate(text) };
}

interface Parsed extends Placeholder {
  readonly isSpread: boolean;
}

function parse(text: string): (string | Parsed)[] {
  const parts: (string | Parsed)[] = [];
  let at = 0;
  const literal = (upTo: number) => {
    if (upTo > at) parts.push(text.slice(at, upTo));
  };
  for (const { 0: brace, index } of text.matchAll(opening)) {
    literal(index);
    if (brace === "{{") {
      at = index + 1;
      continue;
    }
    const one = readPlaceholder(text, index);
    parts.push(one);
    at = index + one.text.length;
  }
  literal(text.length);
  return parts;
}

function readPlaceholder(text: string, index: number): Parsed {
  placeholder.lastIndex = index;
  const match = placeholder.exec(text);
  if (match === null) {
    const word = text.slice(index, index + 30);
    throw new Error(`${JSON.stringify(word)} is no placeholder such as {input.a}; write {{ for the brace itself`);
  }
  const [whole, root, way = "", spread, fallback] = match;
  const path = way.split(".").slice(1);
  if (root === "job" && !(path.length === 1 && jobFields.includes(path[0] as string)))
    throw new Error(
      `${whole} is not known; of the job there are ${jobFields.map((name) => `{job.${name}}`).join(", ")}`,
    );
  if (root === "here" && path.length > 0) throw new Error(`${whole} is not known; {here} is the file's directory`);
  return {
    ...{ text: whole, path, root: root as Placeholder["root"], isSpread: spread !== undefined },
    ...(fallback !== undefined && { default: fallback }),
  };
}

function plain(part: string | Parsed): string | Placeholder {
  if (typeof part === "string") return part;
  const { isSpread: _, ...one } = part;
  return one;
}
