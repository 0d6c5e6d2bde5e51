import { headerOf } from "./header-line.js";
import { sectionTypeOf } from "./section-type.js";
import type { Section } from "./section.js";
import { splitItems } from "./split-items.js";

/** Lines under a header. */
interface Block {
  readonly header: string;
  /** False of what stands before any header. */
  readonly isHeaded: boolean;
  readonly start: number;
  readonly lines: string[];
}

/**
 * Structures a job description by rules alone. What stands before any header is "About the Role"; a text without headers is one
 * "Job Description". A line in the shape of a header under which nothing stands, and whose words name no sort of section, is a
 * line of the section before it: an entry of a list without bullets.
 */
export function splitSections(text: string): readonly Section[] {
  const blocks = foldEmpty(toBlocks(text)).filter(hasContent);
  if (!blocks.some(({ isHeaded }) => isHeaded)) return [wholeText(text)];
  return blocks.map(({ header, start, lines }, index) => {
    const content = lines.join("\n");
    return {
      section_type: sectionTypeOf(header),
      header,
      content,
      items: splitItems(content),
      char_start: start,
      char_end: blocks[index + 1]?.start ?? text.length,
      index,
    };
  });
}

function toBlocks(text: string): Block[] {
  const blocks: Block[] = [];
  let start = 0;
  for (const line of text.split("\n")) {
    const header = headerOf(line);
    if (header !== undefined) blocks.push({ header, isHeaded: true, start, lines: [] });
    else if (blocks.length > 0) blocks.at(-1)?.lines.push(line);
    else if (line.trim() !== "") blocks.push({ header: "About the Role", isHeaded: false, start: 0, lines: [line] });
    start += line.length + 1;
  }
  return blocks;
}

function foldEmpty(blocks: readonly Block[]): Block[] {
  const kept: Block[] = [];
  for (const block of blocks) {
    const before = kept.at(-1);
    const isEntry = !hasContent(block) && sectionTypeOf(block.header) === "other";
    if (isEntry && before !== undefined) before.lines.push(block.header);
    else kept.push(block);
  }
  return kept;
}

function hasContent({ lines }: Block): boolean {
  return lines.some((line) => line.trim() !== "");
}

function wholeText(text: string): Section {
  return {
    section_type: "other",
    header: "Job Description",
    content: text,
    items: splitItems(text),
    char_start: 0,
    char_end: text.length,
    index: 0,
  };
}
