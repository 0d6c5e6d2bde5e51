import { collections } from "@switchyard/pipeline-model";
import type { DocumentStore } from "../../documents/document-store.js";
import { type JsonObject, objectOf, textOf, textsOf } from "../json/values.js";

const mostStars = 5;
const longestStar = 800;

/** Achievements of the candidate in words: those that the posting selects, else the first ones that are stored. */
export async function starTexts(documents: DocumentStore, posting: JsonObject): Promise<readonly string[]> {
  const listed = Array.isArray(posting["selected_stars"]) ? (posting["selected_stars"] as unknown[]) : [];
  const ids = listed.filter((star) => typeof star === "string");
  const inline = listed.map(objectOf).filter((star) => Object.keys(star).length > 0);
  const stored = ids.length > 0 ? await documents.batchGet(collections.starRecords, ids) : [];
  const selected = [...inline, ...stored.map(({ body }) => body)];
  const all =
    selected.length > 0
      ? selected
      : (await documents.list(collections.starRecords, { limit: mostStars })).map(({ body }) => body);
  return all
    .slice(0, mostStars)
    .map(starText)
    .filter((text) => text !== "");
}

/** An achievement in words: its texts and lists of texts, each with the name of its member. */
export function starText(star: JsonObject): string {
  return Object.entries(star)
    .map(([name, value]) => [name, textOf(value) || textsOf(value).join("; ")] as const)
    .filter(([name, text]) => text !== "" && !/^_?id$/.test(name))
    .map(([name, text]) => `${name}: ${text}`)
    .join("\n")
    .slice(0, longestStar);
}
