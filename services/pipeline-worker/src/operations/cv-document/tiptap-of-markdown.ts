import type { TipTapDoc, TipTapMark, TipTapNode } from "./tiptap.js";

/** Markdown as CVs have it: headings of three levels, `- ` and `1. ` lists, rules, bold and italic. All else is text. */
export function tipTapOfMarkdown(markdown: string): TipTapDoc {
  const content: TipTapNode[] = [];
  let list: { readonly type: string; readonly items: TipTapNode[] } | undefined;
  for (const line of markdown.split(/\r?\n/)) {
    const item = listItem(line);
    if (item !== undefined) {
      if (list?.type !== item.type) {
        list = { type: item.type, items: [] };
        content.push({ type: item.type, content: list.items });
      }
      list.items.push({ type: "listItem", content: [{ type: "paragraph", ...inline(item.text) }] });
      continue;
    }
    if (line.trim() === "") continue;
    list = undefined;
    content.push(blockOf(line.trim()));
  }
  return { type: "doc", content };
}

function blockOf(line: string): TipTapNode {
  if (/^(?:-{3,}|\*{3,}|_{3,})$/.test(line)) return { type: "horizontalRule" };
  const [, marks, words] = /^(#{1,6})\s+(.*)$/.exec(line) ?? [];
  if (marks === undefined || words === undefined) return { type: "paragraph", ...inline(line) };
  return { type: "heading", attrs: { level: Math.min(3, marks.length) }, ...inline(words) };
}

function listItem(line: string): { readonly type: string; readonly text: string } | undefined {
  const bulleted = /^\s*[-*\u2022]\s+(.+)$/.exec(line)?.[1];
  if (bulleted !== undefined) return { type: "bulletList", text: bulleted };
  const numbered = /^\s*\d{1,3}[.)]\s+(.+)$/.exec(line)?.[1];
  return numbered === undefined ? undefined : { type: "orderedList", text: numbered };
}

function inline(text: string): { readonly content?: readonly TipTapNode[] } {
  const content = textNodes(text.trim(), []);
  return content.length === 0 ? {} : { content };
}

/** Marks belong together within 500 characters: a longer search from each of them would take its time. */
const marked = /\*\*(?=\S)(.{1,500}?)(?<=\S)\*\*|\*(?=[^\s*])([^*]{1,500}?)(?<=\S)\*/g;

function textNodes(text: string, marks: readonly TipTapMark[]): readonly TipTapNode[] {
  const nodes: TipTapNode[] = [];
  let from = 0;
  const push = (words: string) => {
    if (words !== "") nodes.push({ type: "text", text: words, ...(marks.length === 0 ? {} : { marks }) });
  };
  for (const match of text.matchAll(marked)) {
    push(text.slice(from, match.index));
    const [whole, bold, italic = ""] = match;
    nodes.push(...textNodes(bold ?? italic, [...marks, { type: bold === undefined ? "italic" : "bold" }]));
    from = match.index + whole.length;
  }
  push(text.slice(from));
  return nodes;
}
