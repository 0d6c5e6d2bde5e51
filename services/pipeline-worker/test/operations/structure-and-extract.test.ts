import { collections } from "@switchyard/pipeline-model";
import { expect, it } from "vitest";
import { LlmFailure } from "../../src/llm/llm.js";
import { operationHandlers } from "../../src/operations/index.js";
import { answers, extractedJd, jobDescription, seededDocuments } from "./examples.js";
import { postingId, prepareRun } from "./run-operation.js";
import { scriptedLlm } from "./scripted-llm.js";

const about = { job_id: postingId };

it("structures by rules without a model", async () => {
  const run = prepareRun({
    input: { ...about, use_llm: false },
    documents: seededDocuments({ extracted_jd: { kept: 1 } }),
  });
  const { data, modelUsed } = await run.execute(operationHandlers["structure-jd"]);
  expect(modelUsed).toBe("rule-based");
  expect(data).toMatchObject({
    section_count: 5,
    section_types: ["about_role", "responsibilities", "qualifications", "nice_to_have", "benefits"],
    used_llm: false,
    persisted: true,
    llm_metadata: null,
  });
  expect(run.layers).toEqual([
    ...["fetch_job processing", "fetch_job success", "extract_text processing", "extract_text success"],
    ...["jd_processor processing", "jd_processor success", "persist processing", "persist success"],
  ]);
  const body = run.documents.body(collections.level2, postingId);
  expect(body?.["extracted_jd"]).toEqual({ kept: 1 });
  expect(body?.["jd_annotations"]).toMatchObject({ annotation_version: 1, content_hash: data["content_hash"] });
});

it("structures by rules where the model fails, and says so", async () => {
  const llm = scriptedLlm({ jd_structure_parsing: new LlmFailure("the model is away") });
  const run = prepareRun({ input: about, documents: seededDocuments(), llm });
  const { data } = await run.execute(operationHandlers["structure-jd"]);
  expect(data).toMatchObject({ section_count: 5, used_llm: false });
  expect(data["layer_status"]).toMatchObject({ jd_processor: { message: "5 sections by rules (the model is away)" } });
});

it("structures by a model", async () => {
  const llm = scriptedLlm({
    jd_structure_parsing: {
      sections: [
        { section_type: "responsibilities", header: "Responsibilities", items: ["Lead"] },
        { section_type: "strange", header: "Requirements", items: ["Python"] },
      ],
    },
  });
  const run = prepareRun({ input: about, documents: seededDocuments(), llm });
  const { data, modelUsed } = await run.execute(operationHandlers["structure-jd"]);
  expect(modelUsed).toBe("scripted");
  expect(data).toMatchObject({ section_types: ["responsibilities", "qualifications"], used_llm: true });
  const [first] = (data["processed_jd"] as { sections: { char_start: number }[] }).sections;
  expect(first?.char_start).toBe(jobDescription.indexOf("Responsibilities"));
});

it.each([
  [{ job_id: "short" }, "Invalid job ID format"],
  [{ job_id: "65f0c0ffee0123456789abff" }, "Job not found"],
])("refuses %j", async (input, words) => {
  await expect(prepareRun({ input }).execute(operationHandlers["structure-jd"])).rejects.toThrow(words);
});

it("refuses a posting without text", async () => {
  const run = prepareRun({ input: about, documents: seededDocuments({ description: " " }) });
  const words = "No job description text found in job document";
  await expect(run.execute(operationHandlers["structure-jd"])).rejects.toThrow(words);
  expect(run.layers.at(-1)).toBe("extract_text failed");
});

it("extracts, and needs a model for it", async () => {
  const run = prepareRun({ input: about, documents: seededDocuments(), llm: scriptedLlm(answers) });
  const { data } = await run.execute(operationHandlers.extract);
  expect(data).toMatchObject({ extracted_jd: extractedJd, metadata: { model: "scripted", duration_ms: 1 } });
  expect(run.documents.body(collections.level2, postingId)).toMatchObject({
    extracted_jd: extractedJd,
    extracted_jd_metadata: { extractor: "llm" },
  });
  const without = prepareRun({ input: about, documents: seededDocuments() });
  await expect(without.execute(operationHandlers.extract)).rejects.toThrow("LLM_BASE_URL");
});

it("says why an extraction failed", async () => {
  const broken = {
    jd_extraction: { ...extractedJd, competency_weights: { delivery: 1, process: 1, architecture: 1, leadership: 1 } },
  };
  const run = prepareRun({ input: about, documents: seededDocuments(), llm: scriptedLlm(broken) });
  await expect(run.execute(operationHandlers.extract)).rejects.toThrow(/^JD extraction failed: [\s\S]*sum up to 100/);
});

it("runs the whole extraction", async () => {
  const documents = seededDocuments({ jobUrl: "https://de.linkedin.com/jobs/view/lead-at-windplan-4012345678?trk=x" });
  const input = { ...about, auto_annotate: true, auto_persona: true };
  const run = prepareRun({ input, documents, llm: scriptedLlm(answers) });
  const { data } = await run.execute(operationHandlers["full-extraction"]);
  expect(data).toMatchObject({
    ...{ section_count: 2, pain_points_count: 1, strategic_needs_count: 1, fit_score: 82, fit_category: "strong" },
    ...{
      auto_annotations_created: 2,
      auto_annotations_skipped: 0,
      auto_persona: "A leader who plans.",
      persisted: true,
    },
    layers_completed: [
      "jd_processor",
      "jd_extractor",
      "pain_points",
      "fit_scoring",
      "save_results",
      "annotations",
      "persona",
    ],
  });
  expect(documents.body(collections.level2, postingId)).toMatchObject({
    ...{
      fit_score: 82,
      pain_points: ["Planning takes hours"],
      job_url: "https://www.linkedin.com/jobs/view/4012345678",
    },
    jd_annotations: { synthesized_persona: "A leader who plans." },
  });
});

it("goes on without an extractor that fails", async () => {
  const { jd_extraction: _, ...others } = answers;
  const run = prepareRun({ input: about, documents: seededDocuments(), llm: scriptedLlm(others) });
  const { data } = await run.execute(operationHandlers["full-extraction"]);
  expect(run.layers).toContain("jd_extractor failed");
  expect(data).toMatchObject({ extracted_jd: null, fit_score: 82 });
});

it("structures alone where no model is configured", async () => {
  const run = prepareRun({ input: about, documents: seededDocuments() });
  const { data } = await run.execute(operationHandlers["full-extraction"]);
  expect(data).toMatchObject({ section_count: 5, fit_score: null, layers_completed: ["jd_processor", "save_results"] });
  expect(run.layers).toEqual(
    expect.arrayContaining(["jd_extractor skipped", "pain_points skipped", "fit_scoring skipped"]),
  );
});

it("ends with the reason of a stop", async () => {
  const llm = scriptedLlm({
    ...answers,
    jd_extraction: () => {
      run.stop.abort(new Error("cancelled"));
      throw new LlmFailure("aborted");
    },
  });
  const run = prepareRun({ input: about, documents: seededDocuments(), llm });
  await expect(run.execute(operationHandlers["full-extraction"])).rejects.toThrow("cancelled");
});
