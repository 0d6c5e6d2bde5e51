import type { HeldRole } from "../candidate/master-cv.js";
import { type JsonObject, objectOf, textOf, textsOf } from "../json/values.js";
import type { CvHeader } from "./cv-header.js";

/** A position as it stands in a CV. */
export interface CvPosition {
  readonly held: HeldRole;
  readonly bullets: readonly string[];
}

/** A CV as Markdown, from its parts. */
export function cvMarkdown(candidate: JsonObject, header: CvHeader, positions: readonly CvPosition[]): string {
  const parts = [
    `# ${oneLine(textOf(candidate["name"]) || "Curriculum Vitae")}`,
    `**${oneLine(header.headline)}**`,
    contactLine(objectOf(candidate["contact"])),
    `## Profile\n\n${header.summary}`,
    listSection("Core Competencies", header.competencies),
    `## Professional Experience\n\n${positions.map(positionMarkdown).join("\n\n")}`,
    listSection("Education", educationLines(candidate["education"])),
    listSection("Certifications", textsOf(candidate["certifications"])),
    listSection("Languages", textsOf(candidate["languages"])),
  ];
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`;
}

/** Words of a text. */
export function wordCount(text: string): number {
  return text.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word)).length;
}

function positionMarkdown({ held, bullets }: CvPosition): string {
  const head = [held.title, held.company]
    .filter((part) => part !== "")
    .map(oneLine)
    .join(", ");
  const where = [held.period, held.location]
    .filter((part) => part !== "")
    .map(oneLine)
    .join(" | ");
  const lines = bullets.map((line) => `- ${oneLine(line)}`).join("\n");
  return [`### ${head}`, ...(where === "" ? [] : [`*${where}*`]), ...(lines === "" ? [] : [lines])].join("\n\n");
}

function contactLine(contact: JsonObject): string {
  const parts = ["email", "phone", "location", "linkedin"].map((member) => textOf(contact[member]));
  return parts
    .filter((part) => part !== "")
    .map(oneLine)
    .join(" | ");
}

function educationLines(education: unknown): readonly string[] {
  const { masters, bachelors } = objectOf(education);
  return [textOf(masters), textOf(bachelors)].filter((line) => line !== "");
}

function listSection(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? "" : `## ${title}\n\n${lines.map((line) => `- ${oneLine(line)}`).join("\n")}`;
}

/** A line break within a part would begin another part of the document. */
function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}
