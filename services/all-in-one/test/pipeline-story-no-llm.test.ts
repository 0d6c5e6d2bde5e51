import { createJobBoards, eventually, himalayasRow, type JobBoards } from "@switchyard/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { jobDescription, masterCvMetadata } from "../../pipeline-worker/test/operations/examples.js";
import { docxText, pdfText } from "../../pipeline-worker/test/operations/file-text.js";
import { fileCaller, okCaller, pipelineCaller, pipelineSecret } from "./pipeline-calls.js";
import { seeRun } from "./pipeline-follow.js";
import { startTestSystem, type TestSystem } from "./test-system.js";

// The way of a posting where nobody has configured a model: what rules can do works, and everything else fails in words that
// name the setting.
const words = "No LLM is configured: set LLM_BASE_URL";

let boards: JobBoards;
let system: TestSystem;
const base = () => `http://${system.addresses.http}/pipeline`;
const call = pipelineCaller(base);
const ok = okCaller(call);
const file = fileCaller(base);
/** The posting of the story. */
let id = "";

beforeAll(async () => {
  boards = await createJobBoards();
  system = await startTestSystem({
    ...{ MANAGED_RUNNERS: "0", NUM_INTERNAL_WORKERS: "0", RUNNER_API_SECRET: pipelineSecret },
    ...boards.env,
  });
});
afterAll(async () => {
  await system.stop();
  await boards.close();
});

const see = (run: string, stream?: string) => seeRun({ base: base(), ok }, run, stream);
const start = async (path: string, body?: object) => see((await ok("POST", `/api/jobs/${id}/${path}`, body))["run_id"]);
const posting = async () => (await ok("GET", `/api/jobs/${id}/document`))["job"];

describe("without a model", () => {
  it("the service says so, and is well", async () => {
    const absent = { available: false, model: null, error: words };
    expect(await ok("GET", "/api/claude/status")).toEqual(absent);
    expect(await ok("GET", "/health")).toMatchObject({ status: "healthy" });
    await ok("PUT", "/api/master-cv/metadata", masterCvMetadata);
  });

  it("ingestion takes what need not be judged, and says what it cannot judge", async () => {
    boards.contents.himalayas = [himalayasRow({ title: "CTO", company: "Windplan", guid: "wind-1" })];
    const { run_id: run } = await ok("POST", "/jobs/ingest/himalaya");
    const seen = await see(run, `/jobs/ingest/${run}/logs`);
    expect(seen).toMatchObject({ end: "completed", result: { success: false, error: words, stats: { ingested: 0 } } });
    expect(seen.lines.at(-1)).toBe(`[ingest_error] ${words}`);
    const { run_id: again } = await ok("POST", "/jobs/ingest/himalaya?skip_scoring=true");
    const { result } = await see(again, `/jobs/ingest/${again}/logs`);
    expect(result).toMatchObject({ success: true, stats: { ingested: 1 }, jobs: [{ score: 75, tier: "B" }] });
  });

  it("searches, promotions and imports work, without a score", async () => {
    const facts = { company: "Windplan", location: "Dubai", description: jobDescription.replaceAll("\n", "<br>") };
    boards.contents.bayt.push({ id: "501", title: "Engineering Lead", ...facts });
    const asked = { job_titles: ["Engineering Lead"], regions: ["gulf"], sources: ["bayt"] };
    const { jobs } = await ok("POST", "/job-search/search", asked);
    const promoted = await ok("POST", `/job-search/promote/${jobs[0].job_id}`);
    expect(promoted).toMatchObject({ success: true, tier: "Unscored" });
    id = promoted.level2_job_id;
    boards.contents.linkedin.set("4012345678", { id: "4012345678", title: "Lead", ...facts });
    expect(await ok("POST", "/jobs/import-linkedin", { job_id_or_url: "4012345678" })).toMatchObject({
      ...{ success: true, title: "Lead", score: null, tier: null, score_rationale: null, error: null },
    });
  });

  it.each([true, false])("sections are found by rules, with use_llm %s", async (use_llm) => {
    expect(await ok("POST", `/api/jobs/${id}/structure-jd`, { use_llm })).toMatchObject({
      ...{ success: true, cost_usd: 0, model_used: "rule-based", error: null },
      data: {
        used_llm: false,
        section_types: ["about_role", "responsibilities", "qualifications", "nice_to_have", "benefits"],
      },
    });
  });

  it("the extraction leaves out what rules cannot do", async () => {
    expect(await call("POST", `/api/jobs/${id}/extract`)).toMatchObject({ status: 503, body: { detail: words } });
    const seen = await start("full-extraction/start", { use_llm: false });
    expect(seen).toMatchObject({
      end: "completed",
      result: { success: true, data: { section_count: 5, fit_score: null } },
    });
    expect(seen.last.layer_status).toMatchObject({
      ...{ jd_processor: { status: "success" }, save_results: { status: "success" } },
      ...{ jd_extractor: { status: "skipped", message: words }, fit_scoring: { status: "skipped", message: words } },
    });
    expect(seen.lines).toContain(`⏭️ pain_points: ${words}`);
    expect((await posting()).processed_jd.sections).toHaveLength(5);
  });

  it.each([
    ["research-company", {}],
    ["generate-cv", { tier: "quality" }],
    ["scrape-form-answers", {}],
  ])("%s fails", async (operation, body) => {
    const seen = await start(`${operation}/start`, body);
    expect(seen).toMatchObject({ end: "failed", last: { status: "failed", error: words } });
    expect(seen.lines[0]).toBe(`Starting ${operation} for job ${id}`);
    expect(seen.entries.at(-1)).toMatchObject({ source: "structured", event: "error", error: words });
  });

  it.each(["research-company", "generate-cv"])("%s fails for those who wait too", async (operation) => {
    const answer = await ok("POST", `/api/jobs/${id}/${operation}`, {});
    expect(answer).toMatchObject({ success: false, error: words, cost_usd: 0, data: {} });
  });

  it("all-ops does its half", async () => {
    const seen = await start("all-ops/start", {});
    expect(seen).toMatchObject({
      end: "completed",
      result: { success: true, data: { extraction_completed: true, research_completed: false, research_error: words } },
    });
  });

  it("annotations are found by rules, a persona is not", async () => {
    expect(await ok("POST", `/jobs/${id}/generate-annotations`)).toMatchObject({ success: true, error: null });
    const { jd_annotations: book, ...rest } = await posting();
    expect(book.annotations.length).toBeGreaterThan(0);
    expect(await ok("POST", "/user/annotation-priors/rebuild")).toMatchObject({ success: true, rebuilt: true });
    const loved = book.annotations.map((one: object) => ({ ...one, identity: "core_identity" }));
    await ok("PUT", `/api/jobs/${id}/document`, { ...rest, jd_annotations: { ...book, annotations: loved } });
    expect(await ok("POST", `/api/jobs/${id}/synthesize-persona`)).toMatchObject({ success: false, error: words });
  });

  it("nothing is written to contacts", async () => {
    const contact = { name: "Ada", role: "VP", linkedin_url: "https://www.linkedin.com/in/ada" };
    await ok("POST", `/api/jobs/${id}/contacts`, { contacts: [contact] });
    const outreach = "contacts/primary/0/generate-outreach";
    expect(await ok("POST", `/api/jobs/${id}/${outreach}`, {})).toMatchObject({
      success: false,
      message: "",
      error: words,
    });
    expect(await start(`${outreach}/stream`, {})).toMatchObject({ end: "failed", last: { error: words } });
    expect(await start("contacts/generate-all-messages", {})).toMatchObject({ end: "failed", last: { error: words } });
  });

  it("a run of the pipeline fails, in the posting and in the queue too, and again when it is done again", async () => {
    const { run_id: run, log_stream_url: stream } = await ok("POST", "/jobs/run", { job_id: id });
    const seen = await see(run, stream);
    expect(seen.end).toBe("failed");
    expect(seen.entries.at(-1)).toMatchObject({ event: "error", error: words });
    expect(await posting()).toMatchObject({ pipeline_status: "pipeline_failed", pipeline_error: words });
    const { item } = await ok("GET", `/queue/item/${id}`);
    expect(item).toMatchObject({ status: "failed", error: words, run_id: run });
    await ok("POST", `/queue/${item.queue_id}/retry`);
    await eventually(async () => {
      const { failed } = await ok("GET", "/queue/state");
      expect(failed).toMatchObject([{ queue_id: item.queue_id, error: words }]);
      expect(Date.parse(failed[0].completed_at)).toBeGreaterThan(Date.parse(item.completed_at));
    });
  });

  it("what is written can be printed and uploaded", async () => {
    await ok("PUT", `/api/jobs/${id}/document`, {
      ...(await posting()),
      cv_text: "# Kim Example\n\n- Led six engineers",
    });
    expect(await pdfText(await file("POST", `/api/jobs/${id}/cv-editor/pdf`))).toMatch(
      /Kim Example[\s\S]+Led six engineers/,
    );
    expect(await docxText(await file("POST", "/api/master-cv/cv/export", { format: "docx" }))).toContain("Kim Example");
    expect(await ok("POST", `/api/jobs/${id}/cv/upload-drive`)).toMatchObject({ success: true });
  });
});
