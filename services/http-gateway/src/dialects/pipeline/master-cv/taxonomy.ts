import { collections, soleKeys } from "@switchyard/pipeline-model";
import { isJsonObject } from "../../../json/parse-json.js";
import { type Body, type DocumentContext, readDocument } from "../documents/document-store.js";
import { failed } from "../errors.js";
import type { VersionChange } from "./versioned-document.js";

const place = { collection: collections.masterCvTaxonomy, docId: soleKeys.masterCv };

/** What one falls back to where a taxonomy names no role. */
const defaultFallbackRole = "engineering_manager";

/** The taxonomy as it is kept; undefined when there is none. */
export async function readTaxonomy(context: DocumentContext): Promise<Body | undefined> {
  return (await readDocument(context, place.collection, place.docId))?.body;
}

/** The taxonomy in answers. */
export function taxonomyView(body: Body): Body {
  const { version, updated_at, updated_by } = body;
  return { version, updated_at, updated_by, ...taxonomyContent(body) };
}

/** Replaces the taxonomy. */
export function replaceTaxonomy(body: Body): VersionChange {
  return { ...place, content: () => taxonomyContent(body) };
}

/** Where a skill is added. */
export interface NewSkill {
  readonly role_category: string;
  readonly section_name: string;
  readonly skill: string;
}

/**
 * Adds a skill to a section. For a section that is not there a new version is made in which nothing is added, and a skill that is
 * there already is not added again.
 *
 * @throws PipelineError 500 for an unknown category
 */
export function addSkill({ role_category, section_name, skill }: NewSkill): VersionChange {
  return {
    ...place,
    content(present) {
      const roles = present?.["target_roles"];
      const category = isJsonObject(roles) && Object.hasOwn(roles, role_category) ? roles[role_category] : undefined;
      if (present === undefined || !isJsonObject(roles) || !isJsonObject(category)) throw failed("Failed to add skill");
      const sections = Array.isArray(category["sections"]) ? (category["sections"] as unknown[]) : [];
      const next = sections.map((section) =>
        isJsonObject(section) && section["name"] === section_name ? withSkill(section, skill) : section,
      );
      return { ...present, target_roles: { ...roles, [role_category]: { ...category, sections: next } } };
    },
  };
}

function withSkill(section: Body, skill: string): Body {
  const skills = Array.isArray(section["skills"]) ? (section["skills"] as unknown[]) : [];
  return skills.includes(skill) ? section : { ...section, skills: [...skills, skill] };
}

function taxonomyContent({ target_roles = {}, skill_aliases = {}, default_fallback_role }: Body): Body {
  return { target_roles, skill_aliases, default_fallback_role: default_fallback_role ?? defaultFallbackRole };
}
