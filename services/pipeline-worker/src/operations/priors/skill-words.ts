import { collections, soleKeys } from "@switchyard/pipeline-model";
import type { DocumentStore } from "../../documents/document-store.js";
import { type JsonObject, objectOf, objectsOf, textsOf } from "../json/values.js";

/** The words of the master CV by which texts of a posting are recognized. */
export interface SkillWords {
  readonly jdSignals: readonly string[];
  readonly hardSkills: readonly string[];
  readonly softSkills: readonly string[];
  readonly keywords: readonly string[];
  /** Other words for a skill, by the skill. */
  readonly aliases: Readonly<Record<string, readonly string[]>>;
}

/** Reads the words from the master CV. */
export async function loadSkillWords(documents: DocumentStore): Promise<SkillWords> {
  const [metadata, taxonomy] = await Promise.all([
    documents.get(collections.masterCvMetadata, soleKeys.masterCv),
    documents.get(collections.masterCvTaxonomy, soleKeys.masterCv),
  ]);
  return skillWordsOf(metadata?.body ?? {}, taxonomy?.body ?? {});
}

/** The words of a master CV. */
export function skillWordsOf(metadata: JsonObject, taxonomy: JsonObject): SkillWords {
  const roles = objectsOf(metadata["roles"]);
  const all = (member: string) => [...new Set(roles.flatMap((role) => textsOf(role[member])))];
  const sections = Object.values(objectOf(taxonomy["target_roles"])).flatMap((role) =>
    objectsOf(objectOf(role)["sections"]),
  );
  return {
    jdSignals: [...new Set(sections.flatMap((section) => textsOf(section["jd_signals"])))],
    hardSkills: all("hard_skills"),
    softSkills: all("soft_skills"),
    keywords: all("keywords"),
    aliases: Object.fromEntries(
      Object.entries(objectOf(taxonomy["skill_aliases"])).map(([skill, aliases]) => [skill, textsOf(aliases)]),
    ),
  };
}

/** A shorter word is found in too many others. */
const shortestTracked = 3;

/** What is tracked while no taxonomy says it. */
const usualSkills = [
  ...["python", "typescript", "javascript", "java", "go", "rust", "aws", "azure", "docker", "kubernetes", "terraform"],
  ...["microservices", "api", "cloud", "devops", "ci/cd", "agile", "scrum", "leadership", "mentoring", "architecture"],
  ...["react", "node.js", "mongodb", "postgresql", "redis", "kafka", "machine learning", "data", "security"],
  ...["performance", "team", "management", "stakeholder", "cross-functional"],
];

/** The skills that priors are kept of, in lower case: signals and aliases of the taxonomy, else a list of usual ones. */
export function trackedSkills({ jdSignals, aliases }: SkillWords): readonly string[] {
  const named = [...jdSignals, ...Object.values(aliases).flat()].map((word) => word.toLowerCase());
  const tracked = [...new Set(named)].filter(({ length }) => length >= shortestTracked);
  return tracked.length === 0 ? usualSkills : tracked;
}

/** The first tracked skill that a text names; undefined if it names none. */
export function skillIn(text: string, tracked: readonly string[]): string | undefined {
  const lower = text.toLowerCase();
  return tracked.find((skill) => lower.includes(skill));
}
