import { collections } from "@switchyard/pipeline-model";
import { describe, expect, it } from "vitest";
import type { Embeddings } from "../../src/llm/embeddings.js";
import { operationHandlers } from "../../src/operations/index.js";
import { extractedJd, seededDocuments } from "./examples.js";
import type { MemoryDocuments } from "./memory-documents.js";
import { postingId, prepareRun } from "./run-operation.js";

const generate = operationHandlers["generate-annotations"];
const about = { job_id: postingId };

const sections = [
  {
    section_type: "responsibilities",
    header: "Responsibilities",
    items: ["Run Kubernetes clusters", "Make good coffee", "short"],
  },
  { section_type: "nice_to_have", header: "Nice", items: ["Some leadership experience"] },
  { section_type: "benefits", header: "Benefits", items: ["Python trainings in Kiel"] },
];

function structured(annotations: object[] = [], more: object = {}): MemoryDocuments {
  return seededDocuments({ jd_annotations: { processed_jd_sections: sections, annotations }, ...more });
}

interface Annotation {
  readonly target: { readonly text: string; readonly section: string };
  readonly original_values: Readonly<Record<string, unknown>>;
  readonly [member: string]: unknown;
}

function storedIn(documents: MemoryDocuments): Annotation[] {
  const body = documents.body(collections.level2, postingId) as { jd_annotations: { annotations: Annotation[] } };
  return body.jd_annotations.annotations;
}

it("annotates what the candidate can do, without a model", async () => {
  const run = prepareRun({ input: about, documents: structured() });
  const { data } = await run.execute(generate);
  expect(data).toMatchObject({ created: 2, skipped: 3, similarity: "lexical" });
  const [cluster, leading] = storedIn(run.documents);
  expect(cluster).toMatchObject({
    target: { text: "Run Kubernetes clusters", section: "responsibilities", section_header: "Responsibilities" },
    ...{ relevance: "relevant", requirement_type: "must_have", passion: "neutral", identity: "peripheral" },
    ...{ matching_skill: "Kubernetes", source: "auto_generated", feedback_captured: false },
    original_values: {
      ...{ confidence: 0.5, match_method: "default", matched_keyword: "Kubernetes", similarity: "lexical" },
      match_context: { type: "hard_skill", match: "Kubernetes", source: "master_cv" },
    },
  });
  expect(leading).toMatchObject({ requirement_type: "nice_to_have", matching_skill: "Leadership" });
  expect(run.documents.body(collections.priors, "user_annotation_priors")).toMatchObject({
    stats: { total_suggestions_made: 2 },
  });
});

it("says what the extraction says over it", async () => {
  const run = prepareRun({ input: about, documents: structured([], { extracted_jd: extractedJd }) });
  await run.execute(generate);
  const [cluster, leading] = storedIn(run.documents);
  expect(cluster).toMatchObject({
    ...{ relevance: "core_strength", identity: "strong_identity", suggested_keywords: ["kubernetes"] },
    original_values: { match_method: "extracted_jd_enhanced" },
  });
  expect(leading).toMatchObject({ relevance: "extremely_relevant", passion: "enjoy", identity: "peripheral" });
});

it("adds to what is there, and nothing twice", async () => {
  const run = prepareRun({
    input: about,
    documents: structured([{ id: "own", target: { text: "run kubernetes CLUSTERS" } }]),
  });
  const { data } = await run.execute(generate);
  expect(data).toMatchObject({ created: 1, skipped: 4 });
  expect(storedIn(run.documents).map(({ target }) => target.text)).toEqual([
    "run kubernetes CLUSTERS",
    "Some leadership experience",
  ]);
  expect(await run.execute(generate)).toMatchObject({ data: { created: 0, skipped: 5 } });
});

it("takes the values of the nearest annotated sentence", async () => {
  const other = {
    title: "Other",
    jd_annotations: {
      annotations: [
        {
          target: { text: "Run the Kubernetes clusters" },
          relevance: "gap",
          requirement_type: "neutral",
          passion: "enjoy",
        },
      ],
    },
  };
  const documents = structured();
  await documents.put(collections.level2, "65f0c0ffee01234567890000", other);
  const run = prepareRun({ input: about, documents });
  await run.execute(generate);
  expect(storedIn(documents)[0]).toMatchObject({
    ...{ relevance: "gap", requirement_type: "neutral", passion: "enjoy", identity: "peripheral" },
    original_values: { match_method: "sentence_similarity", matched_text: "Run the Kubernetes clusters" },
  });
  expect(run.lines).toContain("Rebuilding the priors before the annotations");
});

it("compares by vectors where there is a model for it", async () => {
  const embeddings: Embeddings = {
    model: "tiny",
    embed: async (texts) => texts.map((text) => [text.includes("clusters") ? 1 : 0, 1]),
  };
  const documents = structured();
  await documents.put(collections.level2, "65f0c0ffee01234567890000", {
    jd_annotations: { annotations: [{ target: { text: "Anything about clusters" }, relevance: "tangential" }] },
  });
  const { data } = await prepareRun({ input: about, documents, embeddings }).execute(generate);
  expect(data["similarity"]).toBe("tiny");
  const [cluster, leading] = storedIn(documents);
  expect(cluster).toMatchObject({ relevance: "tangential", original_values: { match_method: "sentence_similarity" } });
  expect(leading).toMatchObject({ original_values: { match_method: "default", similarity: "tiny" } });
  expect(documents.body(collections.priors, "user_annotation_priors")).toMatchObject({
    sentence_index: { model: "tiny", embeddings: [[1, 1]], count: 1 },
  });
});

it("uses what was learned about a word, and passes over what is to be avoided", async () => {
  const belief = (value: string, confidence: number) => ({ value, confidence, n: 5 });
  const documents = structured();
  await documents.put(collections.priors, "user_annotation_priors", {
    skill_priors: {
      clusters: { relevance: belief("core_strength", 0.9), passion: belief("love_it", 0.9) },
      leadership: { relevance: belief("gap", 0.9), avoid: true },
    },
  });
  await prepareRun({ input: about, documents }).execute(generate);
  const annotations = storedIn(documents);
  expect(annotations).toHaveLength(1);
  expect(annotations[0]).toMatchObject({ relevance: "core_strength", passion: "love_it" });
  expect(annotations[0]?.original_values).toMatchObject({ match_method: "keyword_prior", matched_keyword: "clusters" });
  expect(annotations[0]?.original_values["confidence"]).toBeCloseTo(0.72);
});

describe("priors", () => {
  it("are rebuilt from all annotations", async () => {
    const annotations = [{ target: { text: "Distributed systems in production" }, relevance: "core_strength" }];
    const run = prepareRun({ documents: structured(annotations) });
    const { data } = await run.execute(operationHandlers["rebuild-priors"]);
    expect(data).toMatchObject({ rebuilt: true, annotations_indexed: 1, similarity: "lexical" });
    expect(run.documents.body(collections.priors, "user_annotation_priors")).toMatchObject({
      version: 2,
      skill_priors: { "distributed systems": { relevance: { value: "core_strength", confidence: 1, n: 1 } } },
    });
  });

  it("stay as they are without annotations", async () => {
    const run = prepareRun({ documents: structured() });
    expect(await run.execute(operationHandlers["rebuild-priors"])).toMatchObject({ data: { annotations_indexed: 0 } });
    expect(run.documents.body(collections.priors, "user_annotation_priors")).toBeUndefined();
  });

  it("learn from feedback", async () => {
    const parameters = {
      ...{ annotation_id: "a", action: "delete", target: { section: "requirements", text: "Distributed systems" } },
      original_values: { match_method: "default", matched_keyword: "distributed systems" },
    };
    const run = prepareRun({ input: { parameters }, documents: structured() });
    const { data } = await run.execute(operationHandlers["annotation-feedback"]);
    expect(data["prior_updated"]).toBe("distributed systems");
    expect(data["confidence_change"]).toBeCloseTo(-0.35);
    expect(run.documents.body(collections.priors, "user_annotation_priors")).toMatchObject({
      skill_priors: { "distributed systems": { avoid: true } },
      stats: { deleted: 1, deleted_full: 1, annotations_since_build: 1 },
    });
  });
});

it("needs a structured posting", async () => {
  const run = prepareRun({ input: about, documents: seededDocuments() });
  await expect(run.execute(generate)).rejects.toThrow("No structured JD found. Please structure the JD first.");
});
