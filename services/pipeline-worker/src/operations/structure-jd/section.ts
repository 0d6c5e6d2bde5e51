import type { SectionType } from "./section-type.js";

/** A section of a job description, as it is stored. Places are offsets into the text, in UTF-16 units. */
export interface Section {
  readonly section_type: SectionType;
  readonly header: string;
  readonly content: string;
  readonly items: readonly string[];
  readonly char_start: number;
  readonly char_end: number;
  readonly index: number;
}
