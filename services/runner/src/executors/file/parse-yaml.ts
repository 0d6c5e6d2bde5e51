import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from "yaml";

/** What a YAML text says, and where it says it. */
export interface YamlText {
  /** Undefined when there are problems. */
  readonly value: unknown;
  readonly problems: readonly string[];
  /** A message about a member: `name:line:column: path: message`. */
  problemAt(path: readonly PropertyKey[], message: string): string;
}

/**
 * Reads a YAML text, of which JSON is one sort. Anchors, aliases and `<<` may be used.
 *
 * @param name of the file, for messages
 */
export function parseYaml(name: string, text: string): YamlText {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, merge: true });
  const at = (offset: number | undefined) => {
    if (offset === undefined) return name;
    const { line, col } = lines.linePos(offset);
    return `${name}:${line}:${col}`;
  };
  const problems = document.errors.map(({ pos, message }) => `${at(pos[0])}: ${message}`);
  const problemAt = (path: readonly PropertyKey[], message: string) => {
    const words = path.length === 0 ? message : `${path.map(String).join(".")}: ${message}`;
    return `${at(offsetOf(document, path))}: ${words}`;
  };
  if (problems.length > 0) return { value: undefined, problems, problemAt };
  try {
    return { value: document.toJS({ maxAliasCount: 100 }), problems, problemAt };
  } catch (error) {
    return { value: undefined, problems: [`${name}: ${(error as Error).message}`], problemAt };
  }
}

/** Where a member stands, or the closest of what it stands in. */
function offsetOf(document: Document, path: readonly PropertyKey[]): number | undefined {
  let node: unknown = document.contents;
  let offset = (node as Node | null)?.range?.[0];
  for (const name of path) {
    if (isAlias(node)) node = node.resolve(document);
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(name));
      if (pair === undefined) return offset;
      offset = (pair.key as Node).range?.[0] ?? offset;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(name)];
      offset = (node as Node | undefined)?.range?.[0] ?? offset;
    } else return offset;
  }
  return offset;
}
