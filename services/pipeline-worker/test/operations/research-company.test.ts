import { collections } from "@switchyard/pipeline-model";
import { describe, expect, it } from "vitest";
import { LlmFailure } from "../../src/llm/llm.js";
import { operationHandlers } from "../../src/operations/index.js";
import { PageFailure, type Scraper } from "../../src/pages/page-source.js";
import { answers, seededDocuments } from "./examples.js";
import { postingId, prepareRun } from "./run-operation.js";
import { scriptedLlm } from "./scripted-llm.js";

const research = operationHandlers["research-company"];
const about = { job_id: postingId };

it("researches company, role and people, and keeps the company for seven days", async () => {
  const run = prepareRun({ input: about, documents: seededDocuments(), llm: scriptedLlm(answers) });
  const before = Date.now();
  const { data } = await run.execute(research);
  expect(data).toMatchObject({
    ...{ from_cache: false, company: "Windplan", signals_count: 1, company_type: "employer", business_impact_count: 3 },
    ...{ primary_contacts_count: 1, secondary_contacts_count: 1 },
  });
  expect(run.layers.filter((layer) => layer.endsWith("success"))).toEqual(
    ["fetch_job", "cache_check", "company_research", "role_research", "people_research", "save_results"].map(
      (key) => `${key} success`,
    ),
  );
  expect(run.documents.body(collections.level2, postingId)).toMatchObject({
    ...{ company_summary: "Windplan plans wind farms.", company_url: "https://windplan.example.org/" },
    primary_contacts: [
      { name: "Ada Mill", linkedin_url: "https://www.linkedin.com/in/ada", linkedin_inmail: "", recent_signals: [] },
    ],
    secondary_contacts: [
      { linkedin_url: "", is_synthetic: true, contact_type: "peer", already_applied_frame: "adding_context" },
    ],
  });
  const expiry = run.documents.expiry(collections.companyCache, "windplan")?.getTime() ?? 0;
  expect(expiry - before).toBeGreaterThanOrEqual(7 * 24 * 3_600_000);
  expect(expiry - Date.now()).toBeLessThanOrEqual(7 * 24 * 3_600_000);
});

it("takes the company from the cache, and passes over the role", async () => {
  const documents = seededDocuments({ company: "WINDPLAN" });
  const llm = scriptedLlm(answers);
  await prepareRun({ input: about, documents, llm }).execute(research);
  const again = scriptedLlm(answers);
  const run = prepareRun({ input: about, documents, llm: again });
  expect(await run.execute(research)).toMatchObject({ data: { from_cache: true, primary_contacts_count: 1 } });
  expect(again.calls.map(({ step }) => step)).toEqual(["people_research"]);
  expect(run.layers).toContain("role_research skipped");
  const fresh = scriptedLlm(answers);
  await prepareRun({ input: { ...about, force_refresh: true }, documents, llm: fresh }).execute(research);
  expect(fresh.calls.map(({ step }) => step)).toEqual(["company_research", "role_research", "people_research"]);
});

it("passes over the role of an agency", async () => {
  const agency = {
    ...(answers["company_research"] as object),
    company_type: "recruitment_agency",
    url: "javascript:alert(1)",
  };
  const llm = scriptedLlm({ ...answers, company_research: agency });
  const run = prepareRun({ input: about, documents: seededDocuments(), llm });
  expect(await run.execute(research)).toMatchObject({
    data: { company_type: "recruitment_agency", role_research: null },
  });
  expect(run.documents.body(collections.level2, postingId)).not.toHaveProperty("company_url");
});

it("tells the model what a search finds", async () => {
  const scraper: Scraper = {
    search: async (query) => [
      { url: "https://news.example.org", title: query, description: "short", markdown: "# Windplan grows" },
    ],
    markdown: async () => "The posting's own page",
    html: () => Promise.reject(new PageFailure("not asked")),
  };
  const llm = scriptedLlm(answers);
  const pages = { scraper, readText: async () => "The posting's own page" };
  const documents = seededDocuments({ job_url: "https://jobs.example.org/1" });
  await prepareRun({ input: about, documents, llm, pages }).execute(research);
  expect(llm.calls[0]?.user).toContain("https://news.example.org\n# Windplan grows");
  expect(documents.body(collections.level2, postingId)).toMatchObject({
    scraped_job_posting: "The posting's own page",
  });
});

it("goes on without a search that fails, and without people", async () => {
  const failing = () => Promise.reject(new PageFailure("402 Payment Required"));
  const { people_research: _, ...others } = answers;
  const scraper: Scraper = { search: failing, markdown: failing, html: failing };
  const documents = seededDocuments({ primary_contacts: [{ name: "Kept" }] });
  const run = prepareRun({ input: about, documents, llm: scriptedLlm(others), pages: { scraper } });
  expect(await run.execute(research)).toMatchObject({ data: { primary_contacts_count: 0, signals_count: 1 } });
  expect(run.lines).toContain("[search] Windplan company news: 402 Payment Required");
  expect(run.layers).toContain("people_research failed");
  expect(documents.body(collections.level2, postingId)).toMatchObject({ primary_contacts: [{ name: "Kept" }] });
});

describe("fails", () => {
  it("without a company", async () => {
    const run = prepareRun({ input: about, documents: seededDocuments({ company: "" }), llm: scriptedLlm(answers) });
    await expect(run.execute(research)).rejects.toThrow("Job has no company name");
  });

  it("without a model", async () => {
    await expect(prepareRun({ input: about, documents: seededDocuments() }).execute(research)).rejects.toThrow(
      "LLM_BASE_URL",
    );
  });

  it("when nothing is found about the company", async () => {
    const llm = scriptedLlm({ ...answers, company_research: new LlmFailure("away") });
    const run = prepareRun({ input: about, documents: seededDocuments(), llm });
    await expect(run.execute(research)).rejects.toThrow("away");
    expect(run.layers.at(-1)).toBe("company_research failed");
  });
});

describe("all operations", () => {
  it("run side by side, their layers with prefixes", async () => {
    const run = prepareRun({ input: about, documents: seededDocuments(), llm: scriptedLlm(answers) });
    const { data } = await run.execute(operationHandlers["all-ops"]);
    expect(data).toMatchObject({
      ...{ extraction_completed: true, research_completed: true, phase1_complete: true },
      ...{ fit_score: 82, company_type: "employer", primary_contacts_count: 1 },
      layer_status: {
        all_ops: { status: "success" },
        extraction_fit_scoring: { status: "success" },
        research_save_results: {},
      },
    });
    expect(run.layers).toEqual(
      expect.arrayContaining(["extraction_save_results success", "research_save_results success"]),
    );
    expect(run.documents.body(collections.level2, postingId)).toMatchObject({
      fit_score: 82,
      company_summary: expect.any(String),
    });
  });

  it("succeed if one does, and try the other once more", async () => {
    let tries = 0;
    const llm = scriptedLlm({
      ...answers,
      company_research: () => {
        tries++;
        throw new LlmFailure("away");
      },
    });
    const run = prepareRun({ input: about, documents: seededDocuments(), llm });
    const { data } = await run.execute(operationHandlers["all-ops"]);
    expect(data).toMatchObject({
      extraction_completed: true,
      research_completed: false,
      research_error: "away",
      research: null,
    });
    expect(tries).toBe(2);
    expect(run.layers).toContain("parallel_exec retrying");
    expect(run.layers).toContain("parallel_exec warning");
  });

  it("fail if both do", async () => {
    const documents = seededDocuments({ company: "", description: "" });
    const run = prepareRun({ input: about, documents, llm: scriptedLlm(answers) });
    await expect(run.execute(operationHandlers["all-ops"])).rejects.toThrow(
      "Extraction: No job description text found in job document; research: Job has no company name",
    );
  });
});
