import { collections, pipelineLayers } from "@switchyard/pipeline-model";
import { expect, it } from "vitest";
import { LlmFailure } from "../../src/llm/llm.js";
import { operationHandlers } from "../../src/operations/index.js";
import { answers, jobDescription, seededDocuments } from "./examples.js";
import { docxText } from "./file-text.js";
import { memoryDocuments } from "./memory-documents.js";
import { postingId, prepareRun } from "./run-operation.js";
import { scriptedLlm } from "./scripted-llm.js";

const pipeline = operationHandlers.pipeline;
const about = { job_id: postingId, tier: "auto" };
const wireId = "00000000000040008000000000000001";

it("takes a posting through all layers in their order", async () => {
  const run = prepareRun({ input: about, documents: seededDocuments(), llm: scriptedLlm(answers) });
  const { data } = await run.execute(pipeline);
  const ended = run.layers.filter((layer) => layer.endsWith(" success")).map((layer) => layer.split(" ")[0]);
  expect(ended.filter((key) => (pipelineLayers as readonly (string | undefined)[]).includes(key))).toEqual(
    pipelineLayers,
  );
  const names = {
    cv_md_url: "CV.md",
    cv_docx_url: "CV.docx",
    dossier_txt_url: "dossier.txt",
    cover_letter_txt_url: "cover_letter.txt",
  };
  expect(data).toMatchObject({ artifacts: names, fit_score: 82, fit_category: "strong" });
  expect(run.documents.body(collections.level2, postingId)).toMatchObject({
    ...{ pipeline_run_id: wireId, pipeline_status: "completed", status: "ready for applying", artifact_urls: names },
    ...{ fit_score: 82, has_research: true, generated_cv: true, processed_jd: { sections: expect.any(Array) } },
    primary_contacts: [{ name: "Ada Mill", linkedin_connection_message: answers["outreach_connection"] }],
    pipeline_completed_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}$/),
  });
  expect(run.files.map(({ name }) => name)).toEqual(Object.values(names));
  const [cv, docx, dossier, letter] = run.files.map(({ bytes }) => bytes);
  expect(Buffer.from(cv ?? []).toString()).toContain("### Team Lead, Acme");
  expect(await docxText(docx ?? new Uint8Array())).toContain("Kim Example");
  expect(Buffer.from(dossier ?? []).toString()).toMatch(
    /^Engineering Lead at Windplan\n[\s\S]*FIT\n82 of 100, strong[\s\S]*PRIMARY CONTACTS\n- Ada Mill/,
  );
  expect(Buffer.from(letter ?? []).toString()).toContain("planning should take minutes");
  const begin = [`Run created for job ${postingId}`, `Starting pipeline for job ${postingId}`];
  expect(run.lines.slice(0, 2)).toEqual(begin);
});

it("works on a posting of the first level where there is none of the second", async () => {
  const posting = { title: "Lead", company: "Windplan", description: jobDescription };
  const documents = memoryDocuments({
    [collections.level1.name]: { [postingId]: posting },
    [collections.masterCvRoles.name]: { acme: { markdown_content: "Led." } },
  });
  await prepareRun({ input: about, documents, llm: scriptedLlm(answers) }).execute(pipeline);
  expect(documents.body(collections.level1, postingId)).toMatchObject({ pipeline_status: "completed", fit_score: 82 });
});

it("goes on without layers that fail", async () => {
  const { pain_points: _, fit_scoring: _fit, company_research: _company, jd_extraction: _jd, ...others } = answers;
  const run = prepareRun({ input: about, documents: seededDocuments(), llm: scriptedLlm(others) });
  await run.execute(pipeline);
  expect(run.layers).toEqual(
    expect.arrayContaining([
      "pain_points failed",
      "company_research failed",
      "role_research skipped",
      "opportunity_mapping failed",
    ]),
  );
  expect(run.documents.body(collections.level2, postingId)).toMatchObject({
    pipeline_status: "completed",
    has_research: false,
  });
});

it("notes in the posting why it failed", async () => {
  const llm = scriptedLlm({ ...answers, cv_header: new LlmFailure("the model is away") });
  const run = prepareRun({ input: about, documents: seededDocuments(), llm });
  await expect(run.execute(pipeline)).rejects.toThrow("the model is away");
  expect(run.layers.at(-1)).toBe("output_generation failed");
  expect(run.documents.body(collections.level2, postingId)).toMatchObject({
    ...{
      pipeline_status: "pipeline_failed",
      pipeline_error: "the model is away",
      pipeline_failed_at: expect.any(String),
    },
  });
});

it("needs a model", async () => {
  const run = prepareRun({ input: about, documents: seededDocuments() });
  await expect(run.execute(pipeline)).rejects.toThrow("LLM_BASE_URL");
  expect(run.documents.body(collections.level2, postingId)).toMatchObject({ pipeline_status: "pipeline_failed" });
});

it("refuses a tier that is none", async () => {
  const run = prepareRun({
    input: { ...about, tier: "gold" },
    documents: seededDocuments(),
    llm: scriptedLlm(answers),
  });
  await expect(run.execute(pipeline)).rejects.toThrow("Invalid processing tier 'gold'. Must be auto, A, B, C or D");
});

it.each(["completed", "failed"])("leaves a posting alone that another run has taken over (%s)", async (outcome) => {
  const documents = seededDocuments();
  const llm = scriptedLlm({
    ...answers,
    cv_header: () => {
      void documents.patch(collections.level2, postingId, { pipeline_run_id: "another", pipeline_status: "running" });
      if (outcome === "failed") throw new LlmFailure("away");
      return answers["cv_header"] as object;
    },
  });
  const run = prepareRun({ input: about, documents, llm });
  if (outcome === "failed") await expect(run.execute(pipeline)).rejects.toThrow("away");
  else await run.execute(pipeline);
  const body = documents.body(collections.level2, postingId);
  expect(body).toMatchObject({ pipeline_run_id: "another", pipeline_status: "running" });
  expect(body).not.toHaveProperty("cv_text");
});

it("leaves the posting as it is when it is stopped", async () => {
  const llm = scriptedLlm({
    ...answers,
    pain_points: () => {
      run.stop.abort(new Error("cancelled"));
      throw new LlmFailure("aborted");
    },
  });
  const run = prepareRun({ input: about, documents: seededDocuments(), llm });
  await expect(run.execute(pipeline)).rejects.toThrow("cancelled");
  expect(run.documents.body(collections.level2, postingId)).toMatchObject({ pipeline_status: "running" });
});

it("keeps annotations that a person makes while it runs", async () => {
  const documents = seededDocuments({ jd_annotations: { annotations: [{ id: "old" }] } });
  const llm = scriptedLlm({
    ...answers,
    cv_header: () => {
      void documents.patch(collections.level2, postingId, {
        jd_annotations: { annotations: [{ id: "old" }, { id: "new" }] },
      });
      return answers["cv_header"] as object;
    },
  });
  await prepareRun({ input: about, documents, llm }).execute(pipeline);
  expect(documents.body(collections.level2, postingId)).toMatchObject({
    jd_annotations: { annotations: [{ id: "old" }, { id: "new" }], annotation_version: 1 },
  });
});
