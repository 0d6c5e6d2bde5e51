import { createHash } from "node:crypto";
import type { Section } from "./section.js";
import type { SectionType } from "./section-type.js";
import { sectionsHtml } from "./sections-html.js";

/** A structured job description, as it is stored. */
export interface ProcessedJd {
  readonly raw_text: string;
  readonly html: string;
  /** The sorts of its sections in their order. */
  readonly section_ids: readonly SectionType[];
  /** MD5 of the text, by which a change of it is noticed. */
  readonly content_hash: string;
  readonly sections: readonly Section[];
}

/** What is stored of a text and its sections. */
export function processedJd(text: string, sections: readonly Section[]): ProcessedJd {
  return {
    raw_text: text,
    html: sectionsHtml(sections),
    section_ids: sections.map(({ section_type }) => section_type),
    content_hash: createHash("md5").update(text).digest("hex"),
    sections,
  };
}
