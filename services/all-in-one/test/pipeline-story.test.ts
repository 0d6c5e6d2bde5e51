import { costOf, type ModelTier } from "@switchyard/pipeline-model";
import { createJobBoards, eventually, himalayasRow, type JobBoards } from "@switchyard/testkit";
import { afterAll, beforeAll, expect, it } from "vitest";
import { jobDescription, masterCvMetadata, taxonomy } from "../../pipeline-worker/test/operations/examples.js";
import { docxText, pdfText } from "../../pipeline-worker/test/operations/file-text.js";
import { fileCaller, okCaller, openRun, pipelineCaller, pipelineSecret } from "./pipeline-calls.js";
import { type SeenRun, seeRun } from "./pipeline-follow.js";
import { createScriptedLlm, type ScriptedLlm } from "./pipeline-llm.js";
import { startTestSystem, type TestSystem } from "./test-system.js";

// A posting's whole way, as a client of the old service goes it: over HTTP alone, with boards and a model of our own. The
// chapters build on each other. Each run is followed by events and by polls at once.
let boards: JobBoards;
let llm: ScriptedLlm;
let system: TestSystem;
const base = () => `http://${system.addresses.http}/pipeline`;
const ok = okCaller(pipelineCaller(base));
const file = fileCaller(base);
/** The posting of the story. */
let id = "";
/** What the runs cost, in USD. */
let spent = 0;

beforeAll(async () => {
  [boards, llm] = await Promise.all([createJobBoards(), createScriptedLlm()]);
  system = await startTestSystem({
    ...{ MANAGED_RUNNERS: "0", NUM_INTERNAL_WORKERS: "0", RUNNER_API_SECRET: pipelineSecret },
    ...{ LLM_BASE_URL: llm.url, LLM_API_KEY: "key-of-the-story", CANDIDATE_NAME: "Kim Example" },
    ...{ CANDIDATE_SIGNATURE: "Kim", CANDIDATE_CALENDAR_URL: "https://cal.example.org/kim", PIPELINE_BUDGET_USD: "10" },
    ...boards.env,
  });
});
afterAll(async () => {
  await system.stop();
  await Promise.all([boards.close(), llm.close()]);
});

const see = async (run: string, stream?: string): Promise<SeenRun> => {
  const seen = await seeRun({ base: base(), ok }, run, stream);
  spent += costsIn(seen);
  return seen;
};
const start = async (path: string, body?: object): Promise<SeenRun> =>
  see((await ok("POST", `/api/jobs/${id}/${path}`, body))["run_id"]);
const posting = async (key = id) => (await ok("GET", `/api/jobs/${key}/document`))["job"];

/** Checks what the lines of a run's questions say of tokens and money, and adds it up. */
function costsIn({ entries, result }: SeenRun): number {
  const tiers: Readonly<Record<string, ModelTier>> = { low: "fast", middle: "balanced", high: "quality" };
  const calls = entries.filter(({ event }) => event === "llm_call_complete");
  let sum = 0;
  for (const { cost_usd: cost = 0, tier = "", metadata = {}, model } of calls) {
    const { input_tokens: input = 0, output_tokens: output = 0 } = metadata;
    expect(model).toBeTruthy();
    expect(input).toBeGreaterThan(50);
    expect(output).toBeGreaterThan(0);
    expect(cost).toBeCloseTo(costOf(tiers[tier] as ModelTier, input, output), 9);
    sum += cost;
  }
  if (result?.cost_usd !== undefined) expect(result.cost_usd).toBeCloseTo(sum, 9);
  return sum;
}

const stepsOf = ({ entries }: SeenRun) =>
  entries.filter(({ event }) => event === "llm_call_complete").map(({ message }) => message.replace(/:.*/, ""));
const layersOf = ({ last }: SeenRun) =>
  Object.entries(last.layer_status as Record<string, { status: string }>).map(
    ([key, { status }]) => `${key} ${status}`,
  );

it("begins with a service that is well, and a candidate", async () => {
  expect(await ok("GET", "/api/claude/status")).toMatchObject({ available: true, error: null });
  expect(await ok("GET", "/health")).toMatchObject({ status: "healthy", pdf_service_status: "healthy" });
  await ok("PUT", "/api/master-cv/metadata", masterCvMetadata);
  await ok("PUT", "/api/master-cv/taxonomy", taxonomy);
  await ok("PUT", "/api/master-cv/roles/acme", { markdown_content: "Led six engineers. 40 clusters." });
  expect(await ok("GET", "/api/master-cv/cv/validate")).toMatchObject({ valid: true, errors: [] });
});

it("ingests what the model finds good enough", async () => {
  boards.contents.himalayas = [
    himalayasRow({ title: "CTO", company: "Windplan", guid: "wind-1" }),
    himalayasRow({ title: "Head of Engineering", company: "Dull Corp", guid: "dull-1" }),
  ];
  const { run_id: run } = await ok("POST", "/jobs/ingest/himalaya?score_threshold=70");
  const seen = await see(run, `/jobs/ingest/${run}/logs`);
  expect(seen.end).toBe("completed");
  expect(seen.lines).toContain("[score_accept] (1/2) Windplan | CTO | Score: 88 (A)");
  expect(seen.lines).toContain("[score_reject] (2/2) Dull Corp | Head of Engineering | Score: 20 (D)");
  expect(stepsOf(seen)).toEqual(["quick_score", "quick_score"]);
  const { result } = await ok("GET", `/jobs/ingest/${run}/result`);
  expect(result).toMatchObject({ success: true, stats: { fetched: 2, ingested: 1, below_threshold: 1 } });
  expect(await posting(result.jobs[0].job_id)).toMatchObject({
    company: "Windplan",
    quick_score_rationale: "A close match.",
  });
  expect(await ok("GET", "/jobs/ingest/state/himalayas_auto")).toMatchObject({ last_run_stats: { ingested: 1 } });
});

it("searches, and promotes what was found", async () => {
  boards.contents.bayt.push({
    ...{ id: "501", title: "Engineering Lead", company: "Windplan", location: "Dubai" },
    description: jobDescription.replaceAll("<b>", "").replaceAll("\n", "<br>"),
  });
  const asked = { job_titles: ["Engineering Lead"], regions: ["gulf"], sources: ["bayt"], use_cache: false };
  expect(await ok("POST", "/job-search/search", asked)).toMatchObject({
    success: true,
    results_by_source: { bayt: 1 },
  });
  const { jobs } = await ok("GET", "/job-search/index?q=windplan&sources=bayt");
  expect(jobs).toMatchObject([{ title: "Engineering Lead", company: "Windplan", promoted_to_level2: false }]);
  const found = jobs[0].job_id;
  const promoted = await ok("POST", `/job-search/promote/${found}?tier=Tier%20A`);
  expect(promoted).toMatchObject({ success: true, index_job_id: found, tier: "Tier A", error: null });
  id = promoted.level2_job_id;
  expect(await posting()).toMatchObject({ source: "bayt_promoted", status: "not processed", tier: "Tier A" });
  expect((await posting()).description).toContain("Lead a team of six engineers who run Kubernetes clusters");
});

it("imports from LinkedIn and Indeed, with a score", async () => {
  const facts = { company: "Windplan", location: "Bremen", description: "<p>Lead planners.</p>" };
  boards.contents.linkedin.set("4012345678", { id: "4012345678", title: "Lead", ...facts });
  boards.contents.indeed.set("0123456789abcdef", { id: "0123456789abcdef", title: "Head", ...facts });
  const scored = { success: true, score: 88, tier: "A", score_rationale: "A close match.", duplicate: false };
  const linked = await ok("POST", "/jobs/import-linkedin", { job_id_or_url: "4012345678" });
  expect(linked).toMatchObject({ ...scored, title: "Lead", company: "Windplan" });
  expect(await ok("POST", "/jobs/import-indeed", { job_key_or_url: "0123456789abcdef" })).toMatchObject(scored);
  expect(await posting(linked.job_id)).toMatchObject({ description: "Lead planners.", score: 88 });
  expect(llm.questionsOf("quick_score").at(-1)?.user).toContain("Kim Example");
});

it("extracts, and shows each layer while it works", async () => {
  expect(await ok("POST", `/api/jobs/${id}/extract`)).toMatchObject({
    ...{
      success: true,
      job_id: id,
      extracted_jd: { role_category: "tech_lead", technical_skills: ["Python", "PostgreSQL", "Kubernetes"] },
    },
    metadata: { model: "gpt-4o-mini", duration_ms: expect.any(Number) },
  });
  const go = llm.hold("pain_points");
  const { run_id: run } = await ok("POST", `/api/jobs/${id}/full-extraction/start`, { tier: "balanced" });
  const seeing = see(run);
  await eventually(async () => {
    const { status, layer_status: layers } = await ok("GET", `/api/logs/${run}/status`);
    expect(status).toBe("running");
    expect(layers).toMatchObject({
      ...{ jd_processor: { status: "success" }, jd_extractor: { status: "success" } },
      pain_points: { status: "processing", timestamp: expect.stringMatching(/^\d{4}-.*\.\d{6}$/) },
    });
    expect(layers).not.toHaveProperty("fit_scoring");
  });
  // Events tell the same.
  const stream = await openRun(`${base()}/api/jobs/operations/${run}/logs`);
  const working = '"pain_points":{"status":"processing"';
  await stream.until(() =>
    expect(stream.events.some(({ data }) => data.replaceAll(" ", "").includes(working))).toBe(true),
  );
  stream.leave();
  go();
  const seen = await seeing;
  expect(seen.lines.slice(0, 2)).toEqual([`Starting full-extraction for job ${id}`, "Tier: balanced, use_llm: true"]);
  expect(layersOf(seen)).toEqual([
    "jd_processor success",
    "jd_extractor success",
    "pain_points success",
    "fit_scoring success",
    "save_results success",
  ]);
  const told = seen.events.filter(({ event }) => event === "layer_status").map(({ data }) => JSON.parse(data));
  expect(told.at(-1)).toEqual(seen.last.layer_status);
  expect(stepsOf(seen)).toEqual(["jd_structure_parsing", "jd_extraction", "pain_points", "fit_scoring"]);
  expect(seen.result).toMatchObject({
    success: true,
    model_used: "gpt-4o-mini",
    data: { fit_score: 82, fit_category: "strong" },
  });
  expect(await posting()).toMatchObject({
    ...{ pain_points: ["Planning takes hours"], risks_if_unfilled: ["Farms stand still"], fit_score: 82 },
    ...{ extracted_jd: { title: "Engineering Lead" }, fit_rationale: expect.stringContaining("Terraform is missing") },
    processed_jd: { sections: [{ section_type: "responsibilities" }, { section_type: "qualifications" }] },
  });
  // The waited-for call answers the same in one piece.
  const direct = await ok("POST", `/api/jobs/${id}/full-extraction`, { tier: "fast" });
  expect(direct).toMatchObject({ success: true, data: { pain_points_count: 1 } });
  spent += direct.cost_usd;
});

it("researches the company with what the web says", async () => {
  boards.contents.found = [
    {
      url: "https://news.example.org/1",
      title: "Windplan",
      description: "",
      markdown: "Windplan raised a round in January.",
    },
  ];
  const seen = await start("research-company/start", { tier: "fast", force_refresh: true });
  expect(seen.end).toBe("completed");
  expect(layersOf(seen)).toContain("people_research success");
  expect(llm.questionsOf("company_research")[0]?.user).toContain("Windplan raised a round in January.");
  expect(await posting()).toMatchObject({
    ...{ company_summary: "Windplan plans wind farms.", company_url: "https://windplan.example.org/" },
    company_research: { signals: [{ type: "funding", description: "Raised a round" }] },
    role_research: { summary: "Leads planning.", business_impact: ["Speed", "Trust", "Growth"] },
  });
  const { primary_contacts: primary, secondary_contacts: secondary } = await ok("GET", `/api/jobs/${id}/contacts`);
  expect(primary).toMatchObject([{ name: "Ada Mill", role: "VP Engineering", contact_type: "vp_director" }]);
  // A model's address that would run a script is none.
  expect(secondary).toMatchObject([{ name: "Team lead at Windplan", linkedin_url: "" }]);
});

it("annotates, and learns from what is changed", async () => {
  const { created, annotations } = await ok("POST", `/jobs/${id}/generate-annotations`);
  expect(created).toBe(2);
  const [first, stored] = (await posting()).jd_annotations.annotations;
  expect(first).toMatchObject({ id: annotations[0].id, relevance: "core_strength", source: "auto_generated" });
  expect(first.target.text).toContain("Kubernetes clusters");
  expect(stored.target.text).toContain("PostgreSQL");
  const { original_values: original, target } = stored;
  const feedback = {
    annotation_id: stored.id,
    action: "save",
    original_values: original,
    final_values: original,
    target,
  };
  expect(await ok("POST", "/user/annotation-feedback", feedback)).toMatchObject({ success: true, error: null });
  expect((await ok("GET", "/user/annotation-priors")).stats).toMatchObject({
    total_suggestions: 2,
    accepted_unchanged: 1,
  });
  expect(await ok("POST", "/user/annotation-priors/rebuild")).toMatchObject({ rebuilt: true, annotations_indexed: 2 });
  const persona = await ok("POST", `/api/jobs/${id}/synthesize-persona`);
  expect(persona).toMatchObject({ success: true, data: { persona: "A leader who plans." } });
  spent += persona.cost_usd;
});

it("writes the CV out of all that", async () => {
  const seen = await start("generate-cv/start", { tier: "quality" });
  expect(seen.end).toBe("completed");
  expect(stepsOf(seen)).toEqual(["cv_role_bullets", "cv_header", "cv_grading", "cv_improvement", "cover_letter"]);
  expect(seen.entries.filter(({ event }) => event === "llm_call_complete").map(({ tier }) => tier)).toEqual(
    Array(5).fill("high"),
  );
  expect(layersOf(seen)).toEqual(
    expect.arrayContaining(["cv_generator success", "cover_letter success", "persist success"]),
  );
  expect(llm.questionsOf("cv_header")[0]?.user).toContain("Planning takes hours");
  const { cv_text: cv, cover_letter: letter, generated_cv: isDone } = await posting();
  for (const words of [
    "Kim Example",
    "Engineering lead for planning systems",
    "Led six engineers who ran 40 Kubernetes clusters",
  ])
    expect(cv).toContain(words);
  expect([letter, isDone]).toEqual(["Dear team,\n\nplanning should take minutes.\n\nKind regards,\nKim", true]);
});

it("writes to the contacts, and keeps the messages", async () => {
  const outreach = `contacts/primary/0/generate-outreach`;
  const said = await ok("POST", `/api/jobs/${id}/contacts/primary/0/generate-outreach`, { message_type: "inmail" });
  expect(said).toMatchObject({ success: true, subject: "Planning in minutes", data: { persisted: true } });
  expect(said.message).toBe(
    "Hello Ada,\nI applied for the lead role.\n\nFind a time: https://cal.example.org/kim\n\nKim",
  );
  // The older name does the same.
  const again = await ok("POST", `/api/jobs/${id}/contacts/secondary/0`, { message_type: "connection" });
  expect(again).toMatchObject({ success: true, data: { persisted: true } });
  spent += said.cost_usd + again.cost_usd;
  const seen = await start(`${outreach}/stream`, { message_type: "connection" });
  expect(layersOf(seen)).toEqual(["validate success", "contact success", "generate success", "save success"]);
  const all = await start("contacts/generate-all-messages", {});
  expect(all.result).toMatchObject({ success: true, generated: 2, failed: 0 });
  const { primary_contacts: primary } = await ok("GET", `/api/jobs/${id}/contacts`);
  expect(primary[0]).toMatchObject({
    linkedin_connection_message: "Hello Ada, I applied for the lead role and have run such a team. Kim",
    linkedin_inmail: said.message,
  });
  expect(llm.questionsOf("outreach_inmail")[0]?.user).toContain("Planning takes hours");
});

it("answers the application form", async () => {
  boards.contents.pages.set(
    "/apply",
    `<h1>Apply at Windplan</h1><form><label>Resume</label><label>Why wind?</label></form>
    <p>We read every application with care and answer each of them within a week or two.</p>`,
  );
  const document = await posting();
  await ok("PUT", `/api/jobs/${id}/document`, { ...document, application_url: `${boards.url}/apply` });
  const seen = await start("scrape-form-answers/start", {});
  expect(stepsOf(seen)).toEqual(["form_extraction", "form_answer"]);
  expect((await posting()).planned_answers).toMatchObject([
    { question: "Resume", source: "static" },
    { question: "Why wind?", answer: "Since planning should take minutes." },
  ]);
});

it("runs the whole pipeline in one, and serves its files", async () => {
  const { run_id: run, log_stream_url: stream } = await ok("POST", "/jobs/run", { job_id: id, processing_tier: "A" });
  const seen = await see(run, stream);
  expect(seen.end).toBe("completed");
  expect(seen.lines.slice(0, 2)).toEqual([`Run created for job ${id}`, `Starting pipeline for job ${id}`]);
  expect(seen.lines.at(-1)).toBe("✅ Pipeline completed");
  expect(await ok("GET", `/jobs/${run}/progress`)).toMatchObject({
    overall_status: "completed",
    progress_percent: 100,
  });
  const { artifacts } = await ok("GET", `/jobs/${run}/status`);
  expect(Object.values(artifacts).sort()).toEqual(["CV.docx", "CV.md", "cover_letter.txt", "dossier.txt"]);
  const docx = await docxText(await file("GET", `/artifacts/${run}/CV.docx`));
  for (const words of ["Kim Example", "Engineering lead for planning systems", "40 Kubernetes clusters"])
    expect(docx).toContain(words);
  const dossier = Buffer.from(await file("GET", `/artifacts/${run}/dossier.txt`)).toString();
  for (const words of ["82 of 100, strong", "Planning takes hours", "Ada Mill"]) expect(dossier).toContain(words);
  expect(await posting()).toMatchObject({
    status: "ready for applying",
    pipeline_status: "completed",
    pipeline_run_id: run,
  });
  expect((await ok("GET", "/queue/state")).history[0]).toMatchObject({ job_id: id, status: "completed", run_id: run });
});

it("prints PDF and DOCX that can be read, and uploads them", async () => {
  const words = ["Kim Example", "kim@example.org", "Led six engineers"];
  const texts = await Promise.all([
    file("POST", `/api/jobs/${id}/cv-editor/pdf`).then(pdfText),
    file("POST", "/api/master-cv/cv/export", { format: "pdf" }).then(pdfText),
    file("POST", "/api/master-cv/cv/export", { format: "docx" }).then(docxText),
  ]);
  for (const text of texts) for (const word of words) expect(text.replace(/\s+/g, " ")).toContain(word);
  expect(texts[0]?.replace(/\s+/g, " ")).toContain("Engineering lead for planning systems");

  const offer = await pdfText(await file("POST", "/proxy/pdf/render-pdf", { html: "<h1>Offer</h1><p>for Kim</p>" }));
  expect(offer).toMatch(/Offer\s+for Kim/);

  for (const what of ["cv", "dossier"] as const) {
    const path = what === "cv" ? `/api/jobs/${id}/cv/upload-drive` : `/api/jobs/${id}/dossier/upload-drive`;
    expect(await ok("POST", path)).toMatchObject({ success: true, gdrive_file_id: "file-1" });
  }
  const sent = boards.requests.filter(({ path }) => path === "/webhook");
  const body = Buffer.from(sent[0]?.body ?? "", "latin1");
  const begin = body.indexOf("%PDF-");
  expect(await pdfText(body.subarray(begin, body.lastIndexOf("%%EOF") + 5))).toContain("Kim Example");
  expect(sent[1]?.body).toContain(`name="jobId"\r\n\r\n${id}\r\n`);
  await ok("PUT", "/api/master-cv/cv-editor/state", { content: { type: "doc", content: [] } });
  await ok("POST", "/api/master-cv/cv-editor/publish");
  expect(await ok("GET", "/api/master-cv/cv-editor/upload")).toMatchObject({ success: true, gdrive_file_id: "file-1" });
});

it("has counted what all of that cost", async () => {
  expect(spent).toBeGreaterThan(0.001);
  const budget = await ok("GET", "/api/metrics/budget");
  // The extraction and the imports cost something too, and do not say what.
  expect(budget.total_used_usd).toBeGreaterThan(spent);
  expect(budget.total_used_usd).toBeLessThan(spent * 1.5);
  const { costs } = await ok("GET", `/api/metrics/cost-history?period=daily&count=2`);
  expect(costs[0] + costs[1]).toBeCloseTo(budget.total_used_usd, 3);
  expect(llm.questions.every(({ apiKey }) => apiKey === "key-of-the-story")).toBe(true);
});
