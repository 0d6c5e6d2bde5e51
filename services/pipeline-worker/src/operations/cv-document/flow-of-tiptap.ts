import { type Block, bullet, linkAddress, printable, type Run } from "./flow.js";
import type { TipTapDoc, TipTapNode } from "./tiptap.js";

/** Deeper than anybody writes; a document that is deeper is cut there. */
const deepest = 20;

/** The blocks of a TipTap document. Nodes that nobody knows are looked into. */
export function flowOfTipTap(doc: TipTapDoc): readonly Block[] {
  return childrenOf(doc).flatMap((node) => blocksOf(node, 0));
}

function blocksOf(node: TipTapNode, level: number): readonly Block[] {
  if (level > deepest) return [];
  switch (node.type) {
    case "heading":
      return [{ kind: "heading", level: headingLevel(node.attrs?.["level"]), runs: runsOf(node) }];
    case "paragraph":
      return [{ kind: "paragraph", runs: runsOf(node) }];
    case "horizontalRule":
      return [{ kind: "rule" }];
    case "bulletList":
    case "orderedList":
      return listBlocks(node, 0, level);
    case "text":
      return [{ kind: "paragraph", runs: runsOf({ type: "paragraph", content: [node] }) }];
    default:
      return childrenOf(node).flatMap((child) => blocksOf(child, level + 1));
  }
}

function listBlocks(list: TipTapNode, depth: number, level: number): readonly Block[] {
  if (level > deepest) return [];
  return childrenOf(list).flatMap((item, at) => {
    const label = list.type === "orderedList" ? `${at + 1}.` : bullet;
    const nested = (child: TipTapNode) => child.type === "bulletList" || child.type === "orderedList";
    const own = childrenOf(item).filter((child) => !nested(child));
    const runs = own.flatMap((child, place) => [...(place === 0 ? [] : [{ text: "\n" }]), ...runsOf(child)]);
    return [
      { kind: "item" as const, depth, label, runs },
      ...childrenOf(item)
        .filter(nested)
        .flatMap((child) => listBlocks(child, depth + 1, level + 1)),
    ];
  });
}

function runsOf(node: TipTapNode): readonly Run[] {
  return childrenOf(node).flatMap((child): readonly Run[] => {
    if (child.type === "hardBreak") return [{ text: "\n" }];
    if (typeof child.text !== "string") return [];
    const marks = Array.isArray(child.marks) ? child.marks : [];
    const has = (...names: readonly string[]) => marks.some(({ type }) => names.includes(type));
    const href = linkAddress(marks.find(({ type }) => type === "link")?.attrs?.["href"]);
    return [
      {
        text: printable(child.text),
        ...(has("bold", "strong") ? { bold: true } : {}),
        ...(has("italic", "em") ? { italic: true } : {}),
        ...(has("underline") ? { underline: true } : {}),
        ...(href === undefined ? {} : { href }),
      },
    ];
  });
}

function headingLevel(level: unknown): 1 | 2 | 3 {
  return level === 1 || level === 2 ? level : 3;
}

function childrenOf(node: TipTapNode): readonly TipTapNode[] {
  return Array.isArray(node.content) ? node.content.filter((child) => typeof child === "object" && child !== null) : [];
}
