import { collections, soleKeys } from "@switchyard/pipeline-model";
import type { DocumentStore } from "../../documents/document-store.js";
import { type JsonObject, objectOf, objectsOf, textOf, textsOf } from "../json/values.js";

/** A position that the candidate held. */
export interface HeldRole {
  readonly id: string;
  readonly company: string;
  readonly title: string;
  readonly period: string;
  readonly location: string;
  readonly keywords: readonly string[];
  readonly hardSkills: readonly string[];
  readonly softSkills: readonly string[];
  /** What was done there, as Markdown; empty where only the facts above are known. */
  readonly markdown: string;
}

/** The master CV, as far as the operations read it. */
export interface MasterCv {
  /** `candidate` of the metadata; an empty object where nothing is stored. */
  readonly candidate: JsonObject;
  readonly roles: readonly HeldRole[];
}

/** Reads the master CV: roles in the order of the metadata, then those that only have a text. */
export async function loadMasterCv(documents: DocumentStore): Promise<MasterCv> {
  const metadata = (await documents.get(collections.masterCvMetadata, soleKeys.masterCv))?.body ?? {};
  const texts = await documents.list(collections.masterCvRoles);
  const markdown = new Map(texts.map(({ key, body }) => [key, textOf(body["markdown_content"])]));
  const known = objectsOf(metadata["roles"]).map((role) => heldRole(role, markdown.get(textOf(role["id"])) ?? ""));
  const ids = new Set(known.map(({ id }) => id));
  const others = [...markdown].filter(([id]) => !ids.has(id)).map(([id, text]) => heldRole({ id }, text));
  return { candidate: objectOf(metadata["candidate"]), roles: [...known, ...others] };
}

function heldRole(role: JsonObject, markdown: string): HeldRole {
  return {
    id: textOf(role["id"]),
    company: textOf(role["company"]),
    title: textOf(role["title"]),
    period: textOf(role["period"]),
    location: textOf(role["location"]),
    keywords: textsOf(role["keywords"]),
    hardSkills: textsOf(role["hard_skills"]),
    softSkills: textsOf(role["soft_skills"]),
    markdown,
  };
}
