import { escapeHtml } from "../html/escape-html.js";
import type { Block, Run } from "./flow.js";

/** A page that shows a document. All texts are escaped, and only addresses of the web and of mail are links. */
export function htmlOfFlow(blocks: readonly Block[], title: string): string {
  const styles =
    "body{font-family:Inter,Arial,sans-serif;line-height:1.4;max-width:50rem;margin:2rem auto;padding:0 1rem}";
  return [
    '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
    `<title>${escapeHtml(title)}</title>`,
    `<style>${styles}</style>\n</head>\n<body>`,
    ...blocks.map((block, at) => blockHtml(block, blocks[at - 1], blocks[at + 1])),
    "</body>\n</html>\n",
  ].join("\n");
}

function blockHtml(block: Block, before: Block | undefined, after: Block | undefined): string {
  if (block.kind === "rule") return "<hr>";
  const words = block.runs.map(runHtml).join("");
  if (block.kind === "heading") return `<h${block.level}>${words}</h${block.level}>`;
  if (block.kind === "paragraph") return `<p>${words}</p>`;
  const list = /\d/.test(block.label) ? "ol" : "ul";
  const inList = (other: Block | undefined) =>
    other?.kind === "item" && /\d/.test(other.label) === /\d/.test(block.label);
  const indent = block.depth === 0 ? "" : ` style="margin-left:${Math.min(block.depth, 10) * 1.5}rem"`;
  return `${inList(before) ? "" : `<${list}>\n`}<li${indent}>${words}</li>${inList(after) ? "" : `\n</${list}>`}`;
}

function runHtml({ text, bold, italic, underline, href }: Run): string {
  let html = escapeHtml(text).replaceAll("\n", "<br>");
  if (underline === true) html = `<u>${html}</u>`;
  if (italic === true) html = `<em>${html}</em>`;
  if (bold === true) html = `<strong>${html}</strong>`;
  return href === undefined ? html : `<a href="${escapeHtml(href)}" rel="noopener noreferrer">${html}</a>`;
}
