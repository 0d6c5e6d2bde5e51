import { describe, expect, it } from "vitest";
import { type AnnotatedSentence, skillPriorsOf } from "./majority.js";
import { needsRebuild } from "./needs-rebuild.js";
import { ownedSkills } from "./owned-skills.js";
import { type Priors, readPriors, unknownSkill } from "./priors.js";
import { rebuiltPriors } from "./rebuilt-priors.js";
import { cosine, lexicalSimilarity, nearestSentences } from "./similarity.js";
import { skillWordsOf, trackedSkills } from "./skill-words.js";

const now = new Date("2026-01-10T00:00:00Z");

function sentence(text: string, relevance: string): AnnotatedSentence {
  return { text, relevance, requirement: null, passion: "enjoy", identity: null, job_id: "j" };
}

function built(hoursAgo: number, since: number, model = "m"): Priors {
  const built_at = new Date(now.getTime() - hoursAgo * 3_600_000).toISOString();
  const index = { embeddings: [[1]], texts: ["Python"], metadata: [{}], built_at, model, count: 1 };
  return readPriors({ sentence_index: index, stats: { annotations_since_build: since } });
}

describe("a rebuild", () => {
  it.each([
    [built(1, 0), false],
    [built(25, 20), false],
    [built(25, 21), true],
    [built(23, 21), false],
    [built(1, 100), false],
    [built(1, 101), true],
    [built(1, 0, "other"), true],
    [readPriors(undefined), true],
  ])("is due as the age and the new annotations say (case %#)", (priors, expected) => {
    expect(needsRebuild(priors, "m", now)).toBe(expected);
  });

  it("takes the word of the majority, with its share as confidence", () => {
    const sentences = [
      sentence("Python", "relevant"),
      sentence("python 3", "gap"),
      sentence("Python!", "relevant"),
      sentence("Go", "gap"),
    ];
    const { python } = skillPriorsOf(sentences, ["python", "rust"]);
    expect(python?.relevance).toEqual({ value: "relevant", confidence: 0.667, n: 3 });
    expect(python?.identity).toEqual({ value: null, confidence: 0.5, n: 0 });
  });

  it("keeps what is to be avoided, raises the version and starts counting anew", () => {
    const priors: Priors = { ...built(1, 30), version: 4, skill_priors: { cobol: { ...unknownSkill, avoid: true } } };
    const facts = {
      sentences: [sentence("Python", "gap")],
      vectors: [[0.123456]],
      model: "m",
      tracked: ["python"],
      now: "t",
    };
    const rebuilt = rebuiltPriors(priors, facts);
    expect(rebuilt).toMatchObject({ version: 5, sentence_index: { embeddings: [[0.1235]], count: 1, built_at: "t" } });
    expect(rebuilt.skill_priors["cobol"]?.avoid).toBe(true);
    expect(rebuilt.stats).toMatchObject({
      annotations_since_build: 0,
      total_annotations_at_build: 1,
      last_rebuild: "t",
    });
  });
});

describe("similarity", () => {
  it("is a cosine", () => {
    expect(cosine([1, 0], [1, 1])).toBeCloseTo(Math.SQRT1_2);
    expect(cosine([1, 0], [0, 0])).toBe(0);
    expect(cosine([1], [1, 2])).toBe(0);
  });

  it("is that of the words where there are no vectors", async () => {
    expect(lexicalSimilarity("Lead a team of engineers", "lead a team of engineers!")).toBeCloseTo(1);
    expect(lexicalSimilarity("C++ and C#", "C and D")).toBeLessThan(0.5);
    const { sentence_index: index } = built(1, 0);
    const [nearest] = await nearestSentences(["python"], { ...index, embeddings: [] }, undefined);
    expect(nearest).toEqual({ index: 0, score: 1 });
    expect(await nearestSentences(["python"], readPriors(undefined).sentence_index, undefined)).toEqual([undefined]);
  });
});

describe("skills", () => {
  const metadata = { roles: [{ hard_skills: ["Python"], soft_skills: ["Coaching"], keywords: ["Wind"] }] };
  const taxonomy = {
    target_roles: { lead: { sections: [{ jd_signals: ["Kafka", "Go"] }] } },
    skill_aliases: { PostgreSQL: ["postgres"] },
  };

  it("are tracked by signals and aliases of three letters and more, else by a list", () => {
    expect(trackedSkills(skillWordsOf(metadata, taxonomy))).toEqual(["kafka", "postgres"]);
    expect(trackedSkills(skillWordsOf({}, {}))).toContain("kubernetes");
  });

  it("are owned by the master CV and by priors from 0.7", () => {
    const belief = (confidence: number) => ({ ...unknownSkill, relevance: { value: "relevant", confidence, n: 3 } });
    const priors = {
      ...readPriors(undefined),
      skill_priors: { rust: belief(0.7), scala: belief(0.69), perl: { ...belief(0.9), avoid: true } },
    };
    expect([...ownedSkills(skillWordsOf(metadata, {}), priors)]).toEqual(["python", "coaching", "wind", "rust"]);
  });
});
