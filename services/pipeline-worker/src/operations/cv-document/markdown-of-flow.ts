import { type Block, bullet, type Run } from "./flow.js";

/** A document as Markdown. */
export function markdownOfFlow(blocks: readonly Block[]): string {
  const lines: string[] = [];
  blocks.forEach((block, at) => {
    if (at > 0 && !continuesList(block, blocks[at - 1])) lines.push("");
    lines.push(blockMarkdown(block));
  });
  return `${lines.join("\n")}\n`;
}

/** Whether a block is of the list that the one before is of. */
function continuesList(block: Block, before: Block | undefined): boolean {
  if (block.kind !== "item" || before?.kind !== "item") return false;
  return block.depth !== before.depth || (block.label === bullet) === (before.label === bullet);
}

function blockMarkdown(block: Block): string {
  if (block.kind === "rule") return "---";
  const words = block.runs.map(runMarkdown).join("");
  if (block.kind === "heading") return `${"#".repeat(block.level)} ${words}`;
  if (block.kind === "paragraph") return words;
  return `${"  ".repeat(block.depth)}${block.label === bullet ? "-" : block.label} ${words}`;
}

function runMarkdown({ text, bold, italic }: Run): string {
  const mark = `${bold === true ? "**" : ""}${italic === true ? "*" : ""}`;
  const words = text.trim();
  // Marks have to stand directly at the words.
  return mark === "" || words === "" ? text : text.replace(words, () => mark + words + [...mark].reverse().join(""));
}
