import { createJobBoards, eventually, himalayasRow, type JobBoards } from "@switchyard/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newPostingId as newId, okCaller, pipelineCaller, pipelineSecret } from "./pipeline-calls.js";
import { startTestSystem, type TestSystem } from "./test-system.js";

// Imports, ingestion and searches of the pipeline dialect, with its worker and boards of our own, and without a language model.
let boards: JobBoards;
let system: TestSystem;
const call = pipelineCaller(() => `http://${system.addresses.http}/pipeline`);
const ok = okCaller(call);

beforeAll(async () => {
  boards = await createJobBoards();
  boards.contents.bayt.push({
    id: "5001",
    title: "CTO",
    company: "Dune",
    location: "Dubai",
    description: "<p>Lead.</p>",
  });
  const schedule = {
    source: "bayt",
    cron: "*/2 * * * * *",
    time_zone: "Asia/Dubai",
    parameters: { search_term: "cto", skip_scoring: true, incremental: false },
  };
  system = await startTestSystem({
    ...{ MANAGED_RUNNERS: "0", NUM_INTERNAL_WORKERS: "0", RUNNER_API_SECRET: pipelineSecret },
    ...boards.env,
    PIPELINE_INGEST_SCHEDULES: JSON.stringify([schedule]),
  });
});
afterAll(async () => {
  await system.stop();
  await boards.close();
});

const posting = { company: "Acme", location: "Berlin", description: "<p>Build things.</p>" };

describe("an import", () => {
  it("makes a posting, and names it when it is imported again", async () => {
    boards.contents.linkedin.set("4012345678", { id: "4012345678", title: "Staff Engineer", ...posting });
    const first = await ok("POST", "/jobs/import-linkedin", {
      job_id_or_url: "https://www.linkedin.com/jobs/view/4012345678/",
    });
    expect(first).toMatchObject({
      success: true,
      title: "Staff Engineer",
      company: "Acme",
      duplicate: false,
      error: null,
    });
    expect(Object.keys(first)).toHaveLength(10);
    expect(await ok("POST", "/jobs/import-linkedin", { job_id_or_url: "4012345678" })).toMatchObject({
      success: true,
      job_id: first["job_id"],
      duplicate: true,
      error: "Job already exists in database",
    });
    const { job } = await ok("GET", `/api/jobs/${String(first["job_id"])}/document`);
    expect(job).toMatchObject({ title: "Staff Engineer", source: "linkedin_import", status: "under processing" });
  });

  it("takes what Indeed shows", async () => {
    boards.contents.indeed.set("0123456789abcdef", { id: "0123456789abcdef", title: "Tech Lead", ...posting });
    expect(await ok("POST", "/jobs/import-indeed", { job_key_or_url: "0123456789abcdef" })).toMatchObject({
      success: true,
      title: "Tech Lead",
      location: "Berlin",
    });
  });

  it("says in the contract's words and statuses what went wrong", async () => {
    const linkedin = (id: string) => call("POST", "/jobs/import-linkedin", { job_id_or_url: id });
    expect(await linkedin("4099999999")).toMatchObject({
      status: 404,
      body: { detail: expect.stringMatching(/^Job not found on LinkedIn: /) },
    });
    boards.contents.failures.set("linkedin", { status: 429, body: "" });
    expect(await linkedin("4099999998")).toMatchObject({
      status: 429,
      body: { detail: "LinkedIn rate limit hit. Please try again later." },
    });
    boards.contents.failures.set("linkedin", { status: 500, body: "" });
    expect(await linkedin("4099999997")).toMatchObject({
      status: 500,
      body: { detail: expect.stringMatching(/^Failed to scrape LinkedIn: /) },
    });
    boards.contents.failures.delete("linkedin");
    expect(await call("POST", "/jobs/import-indeed", { job_key_or_url: "fedcba9876543210" })).toMatchObject({
      status: 404,
      body: { detail: expect.stringMatching(/^Job not found on Indeed: /) },
    });
  });
});

describe("ingestion", () => {
  it("stores what is new, and remembers how far it has come", async () => {
    const title = `Engineering Manager ${newId()}`;
    boards.contents.himalayas.push(himalayasRow({ title, company: "Peak", guid: newId() }));
    const started = await ok("POST", "/jobs/ingest/himalaya?keywords=engineering&skip_scoring=true");
    expect(started).toMatchObject({ status: "queued", source: "himalayas_auto" });
    const path = `/jobs/ingest/${String(started["run_id"])}/result`;
    const ended = await eventually(async () => {
      const answer = await ok("GET", path);
      expect(answer["status"]).toBe("completed");
      return answer;
    });
    expect(ended).toMatchObject({
      run_id: started["run_id"],
      error: null,
      result: {
        success: true,
        source: "himalayas_auto",
        incremental: true,
        stats: { fetched: 1, ingested: 1, duplicates_skipped: 0, below_threshold: 0, errors: 0 },
        jobs: [{ title, company: "Peak", score: 75 }],
      },
    });
    const stats = { fetched: 1, ingested: 1, duplicates_skipped: 0, below_threshold: 0 };
    const state = await ok("GET", "/jobs/ingest/state/himalayas_auto");
    expect(state).toMatchObject({ source: "himalayas_auto", last_run_stats: stats });
    expect(state["last_fetch_at"]).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}$/);
    expect(await ok("GET", "/jobs/ingest/history/himalayas_auto")).toMatchObject({ runs: [{ stats }], total_runs: 1 });
    expect(await ok("DELETE", "/jobs/ingest/state/himalayas_auto")).toEqual({
      success: true,
      message: "Reset ingestion state for himalayas_auto",
    });
    expect(await ok("GET", "/jobs/ingest/state/himalayas_auto")).toMatchObject({
      message: "No ingestion history found",
    });
  });

  it("ends completed and without success where there is no model to judge", async () => {
    const started = await ok("POST", "/jobs/ingest/bayt?search_term=cto");
    const path = `/jobs/ingest/${String(started["run_id"])}/result`;
    const ended = await eventually(async () => {
      const answer = await ok("GET", path);
      expect(answer["result"]).not.toBeNull();
      return answer;
    });
    expect(ended).toMatchObject({
      status: "completed",
      result: { success: false, source: "bayt", error: expect.stringContaining("LLM_BASE_URL") },
    });
  });

  it("runs by the clock", async () => {
    await eventually(
      async () => {
        const { total_runs: runs } = await ok("GET", "/jobs/ingest/history/bayt");
        expect(runs).toBeGreaterThanOrEqual(2);
      },
      { timeoutMs: 20_000 },
    );
    // The first run took it, the others found it there.
    const { runs } = (await ok("GET", "/jobs/ingest/history/bayt?limit=50")) as {
      runs: { stats: { ingested: number } }[];
    };
    expect(runs.map(({ stats }) => stats.ingested).filter((ingested) => ingested > 0)).toEqual([1]);
  });
});

describe("a search", () => {
  it("asks the sources once and then its cache, in whatever order it is asked", async () => {
    const title = `Principal ${newId()}`;
    boards.contents.himalayas.push(himalayasRow({ title, company: "Peak", guid: newId() }));
    const search = { job_titles: [title, "cto"], regions: ["worldwide_remote"], sources: ["himalayas"] };
    const found = await ok("POST", "/job-search/search", search);
    expect(found).toMatchObject({ success: true, cache_hit: false, status: "completed", error: null });
    expect(found["cache_key"]).toMatch(/^[0-9a-f]{32}$/);
    const [job] = (found["jobs"] as { title: string; job_id: string }[]).filter((each) => each.title === title);
    expect(job).toMatchObject({ source: "himalayas", promoted_to_level2: false, search_hits: 1 });
    expect(job).not.toHaveProperty("description");

    const again = await ok("POST", "/job-search/search", { ...search, job_titles: ["CTO ", title.toUpperCase()] });
    expect(again).toMatchObject({
      cache_hit: true,
      cache_key: found["cache_key"],
      total_results: found["total_results"],
    });
    expect(again["jobs"]).toEqual(found["jobs"]);

    const { run_id: runId } = found;
    expect(await ok("GET", `/job-search/result/${String(runId)}`)).toMatchObject({
      run_id: runId,
      status: "completed",
      result: { success: true, cache_key: found["cache_key"], total_results: found["total_results"] },
      error: null,
    });
    expect(await ok("GET", `/job-search/${String(job?.job_id)}`)).toMatchObject({
      job: { title, description: expect.any(String) },
    });

    await ok("DELETE", "/job-search/cache");
    expect(await ok("GET", "/job-search/stats")).toMatchObject({ cache: { total_entries: 0 } });
    expect(await ok("POST", "/job-search/search", search)).toMatchObject({ cache_hit: false });
    expect(await ok("GET", `/job-search/${String(job?.job_id)}`)).toMatchObject({ job: { search_hits: 2 } });
  });
});

describe("an upload", () => {
  it("sends the CV of a posting, or says why there is none", async () => {
    const id = newId();
    await ok("PUT", `/api/jobs/${id}/document`, { title: "CTO", company: "Acme" });
    const upload = (what: string) => call("POST", `/api/jobs/${id}/${what}/upload-drive`);
    expect(await upload("cv")).toMatchObject({
      status: 400,
      body: { detail: expect.stringContaining("No CV content") },
    });
    expect(await upload("dossier")).toMatchObject({
      status: 400,
      body: { detail: expect.stringContaining("No dossier") },
    });

    await ok("PUT", `/api/jobs/${id}/document`, { title: "CTO", company: "Acme", cv_text: "# Ada\n\n- built it" });
    expect(await upload("cv")).toMatchObject({
      status: 200,
      body: {
        success: true,
        uploaded_at: expect.stringMatching(/Z$/),
        message: expect.any(String),
        gdrive_file_id: "file-1",
        gdrive_folder_id: "folder-1",
      },
    });
    const { job } = await ok("GET", `/api/jobs/${id}/document`);
    expect(job.gdrive_uploaded_at).toMatch(/Z$/);
    boards.contents.failures.set("webhook", { status: 502, body: "" });
    expect(await upload("cv")).toMatchObject({ status: 502, body: { detail: expect.any(String) } });
    boards.contents.failures.delete("webhook");
  });

  it("sends the published master CV, by either method", async () => {
    await ok("PUT", "/api/master-cv/cv-editor/state", { content: { type: "doc", content: [] } });
    await ok("POST", "/api/master-cv/cv-editor/publish");
    for (const method of ["GET", "POST"]) {
      expect(await ok(method, "/api/master-cv/cv-editor/upload")).toMatchObject({
        success: true,
        gdrive_file_id: "file-1",
      });
    }
  });
});

describe("a file", () => {
  async function pdf(path: string, body: unknown = {}) {
    const answer = await fetch(`http://${system.addresses.http}/pipeline${path}`, {
      method: "POST",
      headers: { authorization: `Bearer ${pipelineSecret}` },
      body: JSON.stringify(body),
    });
    const text = Buffer.from(await answer.arrayBuffer()).toString("latin1");
    return { status: answer.status, headers: answer.headers, text };
  }

  it("is made of the CV of a posting", async () => {
    const id = newId();
    await ok("PUT", `/api/jobs/${id}/document`, {
      title: "CTO",
      company: "Acme & Söhne",
      cv_text: "# Ada\n\n- built it",
    });
    const { status, headers, text } = await pdf(`/api/jobs/${id}/cv-editor/pdf`);
    expect([status, headers.get("content-type")]).toEqual([200, "application/pdf"]);
    expect(headers.get("content-disposition")).toBe('attachment; filename="CV_Acme_S_hne.pdf"');
    expect(text.startsWith("%PDF-")).toBe(true);
  });

  it("is made of a page, and of none that may not be asked", async () => {
    boards.contents.pages.set("/printed", "<h1>Printed</h1><p>Text.</p>");
    const printed = await pdf("/api/url-to-pdf", { url: `${boards.url}/printed` });
    expect(printed.text.slice(0, 5)).toBe("%PDF-");
    expect(printed.headers.get("content-disposition")).toBe('attachment; filename="page.pdf"');
    const refused = await pdf("/api/url-to-pdf", { url: "http://10.0.0.1/printed" });
    expect(refused.status).toBe(500);
    expect(JSON.parse(refused.text)).toEqual({ detail: expect.stringContaining("http://10.0.0.1/printed") });
  });

  it("is made of the master CV", async () => {
    const { headers, text } = await pdf("/api/master-cv/cv/export", { format: "docx" });
    expect(headers.get("content-disposition")).toBe('attachment; filename="master-cv.docx"');
    // A DOCX is a ZIP archive.
    expect(text.slice(0, 2)).toBe("PK");
    expect((await pdf("/api/master-cv/cv/export", { format: "pdf" })).text.slice(0, 5)).toBe("%PDF-");
  });
});

describe("without a language model", () => {
  it("a message is refused in words that name the setting", async () => {
    const id = newId();
    await ok("PUT", `/api/jobs/${id}/document`, {
      title: "CTO",
      company: "Acme",
      primary_contacts: [{ name: "Ada", role: "CTO" }],
    });
    const answer = await ok("POST", `/api/jobs/${id}/contacts/primary/0/generate-outreach`, {});
    expect(answer).toMatchObject({
      success: false,
      message: "",
      error: expect.stringContaining("LLM_BASE_URL"),
      data: { success: false, persisted: false },
    });
  });
});
