import { sectionTypeOf, sectionTypes, type SectionType } from "./section-type.js";
import type { Section } from "./section.js";

/** A section as a model names it. */
export interface AnsweredSection {
  readonly section_type: string;
  readonly header: string;
  readonly items: readonly string[];
}

/**
 * Sections from a model's answer. Their places are those of their headers in the text, else follow on each other; an unknown sort
 * is judged by the header.
 */
export function sectionsOfAnswer(answered: readonly AnsweredSection[], text: string): readonly Section[] {
  const lower = text.toLowerCase();
  const sections: Section[] = [];
  for (const { section_type: type, header, items } of answered) {
    const content = items.map((item) => `\u2022 ${item}`).join("\n");
    const after = sections.at(-1)?.char_end ?? 0;
    const found = header === "" ? -1 : lower.indexOf(header.toLowerCase(), sections.at(-1)?.char_start ?? 0);
    const start = Math.min(found >= 0 ? found : after, text.length);
    const end = Math.min(start + header.length + content.length, text.length);
    const known = (sectionTypes as readonly string[]).includes(type);
    sections.push({
      section_type: known ? (type as SectionType) : sectionTypeOf(header),
      header,
      content,
      items,
      char_start: start,
      char_end: end,
      index: sections.length,
    });
  }
  return sections;
}
