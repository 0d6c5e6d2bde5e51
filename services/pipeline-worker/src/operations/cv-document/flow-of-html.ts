import { load } from "cheerio";
import { type Block, bullet, linkAddress, printable, type Run } from "./flow.js";

/** A node as the parser gives it. */
interface HtmlNode {
  readonly type: string;
  readonly name?: string;
  readonly data?: string;
  readonly attribs?: Readonly<Record<string, string>>;
  readonly children?: readonly HtmlNode[];
}

const unseen = ["script", "style", "head", "noscript", "template", "iframe", "object", "svg", "title"];
const boundaries =
  /^(?:address|article|aside|blockquote|body|dd|div|dl|dt|fieldset|figure|footer|form|header|html|main|nav|ol|p|pre|section|table|tbody|thead|tr|ul)$/;
const deepest = 200;

/** How text is set where the reader is, and what it is part of. */
interface Place {
  readonly setting: Omit<Run, "text">;
  readonly heading?: 1 | 2 | 3;
  /** In an item or a heading: what would be a paragraph elsewhere belongs to it. */
  readonly inBlock: boolean;
  /** Of a list: how deep it is, and the next label. */
  readonly list?: { readonly depth: number; readonly label: () => string };
  readonly level: number;
}

/** The readable blocks of a page. Styles and pictures are left out. */
export function flowOfHtml(html: string): readonly Block[] {
  const reader = new Reader();
  for (const node of (load(html).root()[0]?.children ?? []) as unknown as readonly HtmlNode[]) {
    reader.read(node, { setting: {}, inBlock: false, level: 0 });
  }
  reader.finish();
  return reader.blocks;
}

class Reader {
  readonly blocks: Block[] = [];
  #runs: Run[] = [];
  #shape: (runs: readonly Run[]) => Block = paragraph;

  read(node: HtmlNode, place: Place): void {
    if (place.level > deepest) return;
    if (node.type === "text") this.#text(node.data ?? "", place);
    else if (node.type === "tag") this.#element(node, node.name ?? "", place);
  }

  /** Ends the block that goes on. */
  finish(): void {
    const runs = trimmed(this.#runs);
    this.#runs = [];
    if (runs.length > 0) this.blocks.push(this.#shape(runs));
  }

  #element(node: HtmlNode, name: string, place: Place): void {
    if (unseen.includes(name)) return;
    const inner = placeWithin(node, name, place);
    const children = () => {
      for (const child of node.children ?? []) this.read(child, inner);
    };
    const shape = shapeOf(name, inner, place);
    if (shape !== undefined) this.#begin(shape, children);
    else if (name === "br") this.#runs.push({ text: "\n" });
    else if (name === "hr") this.#rule();
    else {
      if ((name === "td" || name === "th") && this.#runs.length > 0) this.#runs.push({ text: " | " });
      children();
    }
  }

  #rule(): void {
    this.finish();
    this.blocks.push({ kind: "rule" });
  }

  #text(data: string, { setting }: Place): void {
    const text = printable(data).replace(/\s+/g, " ");
    const isFirst = this.#runs.length === 0 || this.#runs.at(-1)?.text.endsWith("\n");
    const shown = isFirst ? text.trimStart() : text;
    if (shown !== "") this.#runs.push({ text: shown, ...setting });
  }

  /** Puts what `content` reads into a block of its own. */
  #begin(shape: (runs: readonly Run[]) => Block, content: () => void): void {
    this.finish();
    const outer = this.#shape;
    this.#shape = shape;
    content();
    this.finish();
    this.#shape = outer;
  }
}

function placeWithin(node: HtmlNode, name: string, place: Place): Place {
  const next = { ...place, level: place.level + 1 };
  const level = /^h([1-6])$/.exec(name)?.[1];
  if (level !== undefined) return { ...next, inBlock: true, heading: Math.min(3, Number(level)) as 1 | 2 | 3 };
  if (name === "li") return { ...next, inBlock: true };
  if (name === "ul" || name === "ol") {
    let count = 0;
    const depth = place.list === undefined ? 0 : place.list.depth + 1;
    return { ...next, inBlock: false, list: { depth, label: () => (name === "ol" ? `${++count}.` : bullet) } };
  }
  if (name === "b" || name === "strong") return { ...next, setting: { ...place.setting, bold: true } };
  if (name === "i" || name === "em") return { ...next, setting: { ...place.setting, italic: true } };
  if (name === "u") return { ...next, setting: { ...place.setting, underline: true } };
  const href = name === "a" ? linkAddress(node.attribs?.["href"]) : undefined;
  return href === undefined ? next : { ...next, setting: { ...place.setting, href } };
}

/** The shape of the block that an element begins; undefined where it begins none. */
function shapeOf(name: string, inner: Place, place: Place): ((runs: readonly Run[]) => Block) | undefined {
  const level = inner.heading;
  if (level !== undefined && place.heading === undefined) return (runs) => ({ kind: "heading", level, runs });
  if (name === "li") {
    const { depth, label } = place.list ?? { depth: 0, label: () => bullet };
    const sign = label();
    return (runs) => ({ kind: "item", depth, label: sign, runs });
  }
  const isList = name === "ul" || name === "ol";
  return boundaries.test(name) && (isList || !place.inBlock) ? paragraph : undefined;
}

function paragraph(runs: readonly Run[]): Block {
  return { kind: "paragraph", runs };
}

function trimmed(runs: readonly Run[]): readonly Run[] {
  const last = runs.findLastIndex(({ text }) => text.trim() !== "");
  return runs.slice(0, last + 1);
}
