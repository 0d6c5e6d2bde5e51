import { isJsonObject } from "../../../json/parse-json.js";
import type { Body } from "../documents/document-store.js";
import { metadataRoles } from "./metadata.js";
import type { WholeCv } from "./whole-cv.js";

/**
 * Writes the master CV as one text in Markdown: who it is about, a line of contact, the summary, and each role in the order of
 * the metadata with its document below.
 */
export function cvMarkdown({ metadata, roles }: WholeCv): string {
  const candidate = objectOf(metadata?.["candidate"]);
  const contact = objectOf(candidate["contact"]);
  const parts = [
    `# ${textOf(candidate["name"]) ?? "Master CV"}`,
    textOf(candidate["title_base"]),
    ["email", "phone", "location", "linkedin"].flatMap((name) => textOf(contact[name]) ?? []).join(" | "),
    textOf(candidate["summary"]),
    ...rolesIn(metadata, roles),
  ];
  return `${parts.filter((part) => part !== undefined && part !== "").join("\n\n")}\n`;
}

function rolesIn(metadata: Body | undefined, documents: readonly Body[]): string[] {
  const listed = metadataRoles(metadata);
  const documentOf = new Map(documents.map((document) => [document["role_id"], document]));
  const ids = new Set(listed.map(({ id }) => id));
  const unlisted = documents.filter(({ role_id }) => !ids.has(role_id)).map(({ role_id }) => ({ id: role_id }));
  return [...listed, ...unlisted].flatMap((role: Body) => {
    const content = textOf(documentOf.get(role["id"])?.["markdown_content"]);
    return [`## ${headingOf(role)}`, ...(content === undefined ? [] : [content])];
  });
}

function headingOf(role: Body): string {
  const title = [textOf(role["title"]), textOf(role["company"])].filter((part) => part !== undefined).join(", ");
  const period = textOf(role["period"]);
  return `${title || String(role["id"])}${period === undefined ? "" : ` (${period})`}`;
}

function objectOf(value: unknown): Body {
  return isJsonObject(value) ? value : {};
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value.trim() !== "" ? value.trim() : undefined;
}
