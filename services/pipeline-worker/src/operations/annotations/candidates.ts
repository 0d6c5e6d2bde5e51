import { type JsonObject, numberOf, objectOf, objectsOf, textOf } from "../json/values.js";

/** A point of a section that might be annotated. */
export interface Candidate {
  readonly text: string;
  readonly section: string;
  readonly header: string;
  readonly charStart: number | undefined;
  readonly charEnd: number | undefined;
}

/** Points of a structured posting. */
export interface Candidates {
  readonly open: readonly Candidate[];
  /** How many points are left out: of sections about no skills, too short, annotated already. */
  readonly skipped: number;
}

const silentSections = ["about_company", "benefits", "about_role", "company_culture"];
const shortest = 10;

/** The structured sections of a posting; none if it was not structured. */
export function structuredSections(posting: JsonObject): readonly JsonObject[] {
  const annotated = objectsOf(objectOf(posting["jd_annotations"])["processed_jd_sections"]);
  return annotated.length > 0 ? annotated : objectsOf(objectOf(posting["processed_jd"])["sections"]);
}

/** The points that might be annotated. A text that comes twice counts once. */
export function candidatesOf(posting: JsonObject): Candidates {
  const done = new Set(
    objectsOf(objectOf(posting["jd_annotations"])["annotations"]).map((annotation) =>
      textOf(objectOf(annotation["target"])["text"]).toLowerCase(),
    ),
  );
  const open: Candidate[] = [];
  let skipped = 0;
  for (const section of structuredSections(posting)) {
    const type = textOf(section["section_type"]) || "other";
    const items = Array.isArray(section["items"]) ? (section["items"] as unknown[]) : [];
    for (const item of items) {
      const text = textOf(item) || textOf(objectOf(item)["text"]);
      const isOpen = !silentSections.includes(type) && text.length >= shortest && !done.has(text.toLowerCase());
      if (!isOpen) {
        skipped++;
        continue;
      }
      done.add(text.toLowerCase());
      open.push({
        text,
        section: type,
        header: textOf(section["header"]),
        charStart: numberOf(objectOf(item)["char_start"]),
        charEnd: numberOf(objectOf(item)["char_end"]),
      });
    }
  }
  return { open, skipped };
}
