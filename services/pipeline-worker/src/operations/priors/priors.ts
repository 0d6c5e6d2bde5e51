import { numberOf, objectOf, objectsOf, textOf, textsOf, type JsonObject } from "../json/values.js";

/** What an annotation judges. */
export const dimensions = ["relevance", "passion", "identity", "requirement"] as const;

/** One thing that an annotation judges. */
export type Dimension = (typeof dimensions)[number];

/** What is believed about one judgement of a skill. */
export interface Belief {
  readonly value: string | null;
  /** 0 to 1. */
  readonly confidence: number;
  /** Observations. */
  readonly n: number;
}

/** What is believed about a skill. */
export interface SkillPrior extends Readonly<Record<Dimension, Belief>> {
  /** It is not suggested any more. */
  readonly avoid: boolean;
}

/** How a sentence was annotated. */
export interface SentenceFacts {
  readonly relevance: string | null;
  readonly requirement: string | null;
  readonly passion: string | null;
  readonly identity: string | null;
  readonly job_id: string;
}

/** Annotated sentences, for finding the nearest one. */
export interface SentenceIndex {
  /** One vector a text; none where texts are compared by their words. */
  readonly embeddings: readonly (readonly number[])[];
  readonly texts: readonly string[];
  readonly metadata: readonly SentenceFacts[];
  readonly built_at: string | null;
  /** What made the vectors, or `lexical`. */
  readonly model: string;
  readonly count: number;
}

/** Counters of what became of suggestions. */
export type PriorsStats = Readonly<Record<string, unknown>>;

/** What was learned from annotations. */
export interface Priors {
  readonly _id: string;
  readonly version: number;
  readonly sentence_index: SentenceIndex;
  readonly skill_priors: Readonly<Record<string, SkillPrior>>;
  readonly learned_mappings: readonly unknown[];
  readonly stats: PriorsStats;
  readonly updated_at: string | null;
}

/** What is believed about what was never seen. */
export const unknownBelief: Belief = { value: null, confidence: 0.5, n: 0 };

/** What is believed about a skill that was never seen. */
export const unknownSkill: SkillPrior = {
  relevance: unknownBelief,
  passion: unknownBelief,
  identity: unknownBelief,
  requirement: unknownBelief,
  avoid: false,
};

/** Reads the stored document; what is missing has its first value. */
export function readPriors(body: JsonObject | undefined): Priors {
  const stored = body ?? {};
  const index = objectOf(stored["sentence_index"]);
  const texts = textsOf(index["texts"]);
  return {
    _id: "user_annotation_priors",
    version: numberOf(stored["version"]) ?? 1,
    sentence_index: {
      embeddings: Array.isArray(index["embeddings"]) ? (index["embeddings"] as number[][]) : [],
      texts,
      metadata: objectsOf(index["metadata"]).map(readFacts),
      built_at: textOf(index["built_at"]) || null,
      model: textOf(index["model"]),
      count: texts.length,
    },
    skill_priors: Object.fromEntries(
      Object.entries(objectOf(stored["skill_priors"])).map(([skill, prior]) => [skill, readSkill(objectOf(prior))]),
    ),
    learned_mappings: Array.isArray(stored["learned_mappings"]) ? stored["learned_mappings"] : [],
    stats: { ...firstStats, ...objectOf(stored["stats"]) },
    updated_at: textOf(stored["updated_at"]) || null,
  };
}

const firstStats: PriorsStats = {
  total_annotations_at_build: 0,
  annotations_since_build: 0,
  total_suggestions_made: 0,
  accepted_unchanged: 0,
  edited: 0,
  deleted: 0,
  last_rebuild: null,
};

/** Counters, each raised by what is given. */
export function raiseStats(stats: PriorsStats, by: Readonly<Record<string, number>>): PriorsStats {
  const raised = Object.entries(by).map(([name, count]) => [name, (numberOf(stats[name]) ?? 0) + count]);
  return { ...stats, ...Object.fromEntries(raised) };
}

function readFacts(facts: JsonObject): SentenceFacts {
  const word = (name: string) => textOf(facts[name]) || null;
  return {
    relevance: word("relevance"),
    requirement: word("requirement"),
    passion: word("passion"),
    identity: word("identity"),
    job_id: textOf(facts["job_id"]),
  };
}

function readSkill(prior: JsonObject): SkillPrior {
  const belief = (name: Dimension): Belief => {
    const { value, confidence, n } = objectOf(prior[name]);
    return {
      value: textOf(value) || null,
      confidence: numberOf(confidence) ?? unknownBelief.confidence,
      n: numberOf(n) ?? 0,
    };
  };
  return {
    relevance: belief("relevance"),
    passion: belief("passion"),
    identity: belief("identity"),
    requirement: belief("requirement"),
    avoid: prior["avoid"] === true,
  };
}
