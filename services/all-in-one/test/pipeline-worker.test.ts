import { randomBytes } from "node:crypto";
import { createSwitchyardClient, jsonPayload, payloadJson, type SwitchyardClient } from "@switchyard/client";
import {
  collections,
  defaultNamespace as namespace,
  type JobInput,
  type OperationResult,
  queues,
} from "@switchyard/pipeline-model";
import { JobState } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { CancelMode } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import {
  createJobBoards,
  createLlmStub,
  eventually,
  himalayasRow,
  type JobBoards,
  type LlmQuestion,
  type LlmReply,
  type LlmStub,
  type BoardPosting,
} from "@switchyard/testkit";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startTestSystem, type TestSystem } from "./test-system.js";

const apiKey = "llm-key-that-nobody-may-see";
const posting: BoardPosting = {
  id: "4012345678",
  title: "Engineering Manager",
  company: "Acme",
  location: "Berlin, Germany",
  description: "<p>Lead two teams of engineers.</p>",
};

let boards: JobBoards;
let llm: LlmStub;
let system: TestSystem;
let client: SwitchyardClient;

beforeAll(async () => {
  boards = await createJobBoards();
  llm = await createLlmStub({ reply });
  const settings = { LLM_BASE_URL: llm.url, LLM_API_KEY: apiKey, MANAGED_RUNNERS: "0", NUM_INTERNAL_WORKERS: "0" };
  system = await startTestSystem({ ...boards.env, ...settings });
  client = createSwitchyardClient({ transport: system.transport });
});
afterAll(async () => {
  client.close();
  await system.stop();
  await boards.close();
  await llm.close();
});
beforeEach(() => boards.contents.failures.clear());

/** The model's script. */
function reply({ system: task, user }: LlmQuestion): LlmReply {
  if (task.includes("application form. Answer with one JSON")) return { json: form };
  if (task.includes("answer to one question"))
    return "Since I like to build things with people, and have done so for years.";
  if (user.includes("Silent SE")) return { answer: { hang: true } };
  if (user.includes("Leaky Ltd")) return { answer: { status: 400, body: { error: { message: `bad key ${apiKey}` } } } };
  return user.includes("Dull Corp") ? "SCORE: 20\nRATIONALE: Dull." : "SCORE: 88\nRATIONALE: A close match.";
}

const form = {
  ...{ form_type: "greenhouse", form_title: "Apply at Acme" },
  fields: [
    { label: "Resume", field_type: "file", required: true },
    { label: "Why do you want to work here?", field_type: "textarea", required: true, limit: 40 },
    { label: "Will you need sponsorship?", field_type: "select", options: ["Yes", "No"] },
  ],
};

/** Puts a posting at level 2. */
async function putPosting(body: object): Promise<string> {
  const key = randomBytes(12).toString("hex");
  const put = { body: Buffer.from(JSON.stringify({ dedupeKey: `test|${key}`, ...body })) };
  const write = { collection: collections.level2.name, key, operation: { case: "put" as const, value: put } };
  await client.catalog.writeDocuments({ namespace, writes: [write] });
  return key;
}

/** Runs one operation to its end. */
async function run(kind: string, parameters: JobInput["parameters"] = {}, more: Partial<JobInput> = {}) {
  const input: JobInput = { operation: kind, parameters, ...more };
  const { jobId } = await client.submit(namespace, { kind, queue: queues.direct, input: jsonPayload(input) });
  const job = await client.waitForJob(namespace, jobId, { signal: AbortSignal.timeout(20_000) });
  const outcome = job.lastAttempt?.outcome;
  const stream = { namespace, jobId, attempt: job.lastAttempt?.number ?? 1, stream: "log" };
  const lines = (await client.logs.readLog({ stream })).records.map(({ entry }) => entry?.message ?? "");
  const result = outcome?.result === undefined ? undefined : payloadJson<OperationResult>(outcome.result);
  return {
    job,
    outcome,
    lines,
    result,
    words: outcome?.message ?? "",
    data: result?.data ?? {},
    code: outcome?.labels["code"],
  };
}

async function document(collection: { readonly name: string }, key: string): Promise<Record<string, unknown>> {
  const by = { case: "key" as const, value: key };
  const { document: found } = await client.catalog.getDocument({ namespace, collection: collection.name, by });
  return JSON.parse(new TextDecoder().decode(found?.body)) as Record<string, unknown>;
}

describe("ingestion", () => {
  const rows = [
    himalayasRow({ title: "CTO", company: "Bright Inc", guid: "bright-1", pubDate: Date.now() - 60_000 }),
    himalayasRow({ title: "Head of Engineering", company: "Dull Corp", guid: "dull-1" }),
    himalayasRow({ title: "CTO", company: "Leaky Ltd", guid: "leaky-1" }),
    himalayasRow({ title: "CTO", company: "Local GmbH", guid: "local-1", places: ["Germany"] }),
    himalayasRow({ title: "Gardener", company: "Bright Inc", guid: "bright-2" }),
  ];
  const fresh = himalayasRow({
    title: "Tech Lead",
    company: "Bright Inc",
    guid: "bright-3",
    pubDate: Date.now() + 3_600_000,
  });

  it("stores what fits, tells every step, and fetches only news the next time", async () => {
    boards.contents.himalayas = rows;
    const first = await run("ingest-himalaya", { score_threshold: 70 });
    expect(first.result).toMatchObject({ success: true, error: null, model_used: "gpt-4o-mini" });
    expect(first.result?.data).toMatchObject({
      ...{ success: true, source: "himalayas_auto", incremental: true, error: null },
      stats: { fetched: 3, ingested: 1, duplicates_skipped: 0, below_threshold: 1, errors: 1 },
      jobs: [{ title: "CTO", company: "Bright Inc", score: 88, tier: "A" }],
    });
    const metrics = first.outcome?.metrics ?? {};
    expect(metrics["input_tokens"]).toBe(first.result?.input_tokens);
    expect(metrics["cost_usd"]).toBeGreaterThan(0);

    const text = first.lines.join("\n");
    for (const word of ["ingest_start", "fetch_start", "api_call", "api_result", "filter_result", "fetch_complete"])
      expect(text).toContain(`[${word}]`);
    expect(text).toContain("[score_accept] (1/3) Bright Inc | CTO | Score: 88 (A)");
    expect(text).toContain("[score_reject] (2/3) Dull Corp | Head of Engineering | Score: 20 (D)");
    expect(text).toContain("[score_error] (3/3) Leaky Ltd | CTO");
    expect(text).toContain('"event":"llm_call_complete"');
    expect(text).toContain("bad key [masked]");
    expect(text).not.toContain(apiKey);

    const [ingested] = first.data["jobs"] as { job_id: string }[];
    expect(await document(collections.level2, ingested?.job_id ?? "")).toMatchObject({
      ...{
        title: "CTO",
        company: "Bright Inc",
        location: "Worldwide",
        status: "not processed",
        source: "himalayas_auto",
      },
      ...{ dedupeKey: "himalayas_auto|bright-1", auto_discovered: true, score: 88, quick_score: 88, tier: "A" },
      ...{ quick_score_rationale: "A close match.", sourceId: "bright-1", jobType: "Full Time" },
    });
    const state = await document(collections.ingestState, "himalayas_auto");
    expect(state).toMatchObject({
      last_fetch_at: first.result?.data["last_fetch_at"],
      last_run_stats: { ingested: 1 },
    });

    boards.contents.himalayas = [...rows, fresh];
    const second = await run("ingest-himalaya", { skip_scoring: true });
    expect(second.result?.data).toMatchObject({
      stats: { fetched: 1, ingested: 1 },
      jobs: [{ title: "Tech Lead", score: 75, tier: "B" }],
    });
    const third = await run("ingest-himalaya", { skip_scoring: true, incremental: false, keywords: ["tech lead"] });
    expect(third.result?.data).toMatchObject({ stats: { fetched: 1, ingested: 0, duplicates_skipped: 1 } });
    expect(await document(collections.ingestState, "himalayas_auto")).toMatchObject({
      run_history: [{ stats: { fetched: 3 } }, { stats: { ingested: 1 } }, { stats: { duplicates_skipped: 1 } }],
    });
  });

  it("takes a source that fails for an empty one, and says so", async () => {
    boards.contents.failures.set("indeed", { status: 500 });
    const { result, lines } = await run("ingest-indeed", { search_term: "cto", skip_scoring: true });
    expect(result?.data).toMatchObject({ success: true, stats: { fetched: 0, errors: 1 }, last_fetch_at: null });
    expect(lines).toContain("[api_error] indeed: Indeed answered 500");
  });

  it("reads Indeed and Bayt", async () => {
    boards.contents.indeed.set("00000000000000aa", { ...posting, id: "00000000000000aa" });
    const indeed = await run("ingest-indeed", {
      search_term: "engineering manager",
      country: "UAE",
      skip_scoring: true,
    });
    expect(indeed.result?.data).toMatchObject({ source: "indeed_auto", stats: { ingested: 1 } });
    expect(boards.requests.find(({ path }) => path === "/graphql")?.headers["indeed-co"]).toBeDefined();
    boards.contents.bayt.push({ ...posting, id: "77", location: "" });
    const bayt = await run("ingest-bayt", { search_term: "engineering manager", skip_scoring: true });
    const [job] = bayt.data["jobs"] as { job_id: string }[];
    expect(await document(collections.level2, job?.job_id ?? "")).toMatchObject({
      ...{
        source: "bayt",
        dedupeKey: "bayt|bayt-77",
        description: "Lead two teams of engineers.",
        salary: "AED 30,000 - 40,000 per month",
      },
    });
  });
});

describe("imports", () => {
  it("import a posting from LinkedIn once, at both levels", async () => {
    boards.contents.linkedin.set(posting.id, posting);
    const given = { job_id_or_url: `https://www.linkedin.com/jobs/view/engineering-manager-at-acme-${posting.id}` };
    const [one, other] = await Promise.all([run("import-linkedin", given), run("import-linkedin", given)]);
    const results = [one.result?.data, other.result?.data];
    expect(results.map((data) => data?.["duplicate"]).sort()).toEqual([false, true]);
    const data = results.find((result) => result?.["duplicate"] === false) ?? {};
    expect(data).toMatchObject({ title: "Engineering Manager", company: "Acme", score: 88, tier: "A", error: null });
    const again = await run("import-linkedin", { job_id_or_url: posting.id });
    expect(again.result?.data).toMatchObject({
      ...{ duplicate: true, error: "Job already exists in database" },
      job_id: data["job_id"],
    });
    for (const collection of [collections.level1, collections.level2]) {
      expect(await document(collection, String(data["job_id"]))).toMatchObject({
        ...{ jobId: posting.id, source: "linkedin_import", status: "under processing", score: 88 },
        ...{ dedupeKey: `linkedin_import|${posting.id}`, description: "Lead two teams of engineers." },
        linkedin_metadata: { linkedin_job_id: posting.id, employment_type: "Full-time" },
      });
    }
  });

  it("get past Indeed's check for robots by the scraper", async () => {
    const key = "00000000000000bb";
    boards.contents.indeed.set(key, { ...posting, id: key });
    boards.contents.challenged.add(key);
    const { result } = await run("import-indeed", { job_key_or_url: `https://www.indeed.com/viewjob?jk=${key}` });
    expect(await document(collections.level2, String(result?.data["job_id"]))).toMatchObject({
      indeed_metadata: { indeed_job_key: key, scrape_method: "firecrawl", job_type: "Full-time" },
    });
  });

  it.each([
    ["import-linkedin", "job_id_or_url", "nonsense", 0, "invalid_id", /^Could not extract job ID from: nonsense\./],
    ["import-linkedin", "job_id_or_url", "4099999999", 0, "not_found", /^Job not found on LinkedIn: /],
    [
      "import-linkedin",
      "job_id_or_url",
      "4099999999",
      429,
      "rate_limited",
      /^LinkedIn rate limit hit\. Please try again later\.$/,
    ],
    ["import-linkedin", "job_id_or_url", "4099999999", 999, "scrape_failed", /^Failed to scrape LinkedIn: /],
    ["import-indeed", "job_key_or_url", "zz", 0, "invalid_id", /^Could not extract job key from: zz\./],
    ["import-indeed", "job_key_or_url", "00000000000000cc", 0, "not_found", /^Job not found on Indeed: /],
    ["import-indeed", "job_key_or_url", "00000000000000cc", 500, "scrape_failed", /^Failed to scrape Indeed: /],
  ])("%s of %s %s that answers %i ends with %s", async (kind, member, value, status, code, words) => {
    if (status > 0) boards.contents.failures.set(kind === "import-indeed" ? "indeed" : "linkedin", { status });
    const ended = await run(kind, { [member]: value });
    expect(ended.job.state).toBe(JobState.FAILED);
    expect(ended.code).toBe(code);
    expect(ended.words).toMatch(words);
    const last = JSON.parse(ended.lines.at(-1) ?? "") as Record<string, unknown>;
    expect(last).toMatchObject({ event: "error", error: ended.words, metadata: { error_type: "OperationFailure" } });
  });
});

it("searches the boards into the index and the cache, and counts what it finds again", async () => {
  boards.contents.himalayas = [
    himalayasRow({ title: "Principal Software Engineer", company: "Found AG", guid: "found-1" }),
  ];
  const parameters = {
    ...{ job_titles: ["principal_swe"], regions: ["worldwide_remote"], sources: ["himalayas", "bayt"] },
    ...{ remote_only: true, max_results_per_source: null, cache_key: "0123456789abcdef0123456789abcdef" },
  };
  const first = await run("job-search", parameters);
  expect(first.result?.data).toMatchObject({ results_by_source: { himalayas: 1, bayt: 0 } });
  const [found] = first.data["jobs"] as Record<string, unknown>[];
  expect(found).toMatchObject({
    company: "Found AG",
    source: "himalayas",
    region: "worldwide_remote",
    is_remote: true,
    search_hits: 1,
  });
  expect(found).not.toHaveProperty("description");
  const second = await run("job-search", parameters);
  expect(second.result?.data["jobs"]).toMatchObject([{ job_id: found?.["job_id"], search_hits: 2 }]);
  const cached = await document(collections.searchCache, parameters.cache_key);
  expect(cached).toMatchObject({ job_ids: [found?.["job_id"]], results_count: 1, results_by_source: { himalayas: 1 } });
  expect(await document(collections.searchIndex, String(found?.["job_id"]))).toMatchObject({
    dedupeKey: "himalayas|found-1",
  });
});

describe("application forms", () => {
  const apply = "/apply/1";
  const page = `<h1>Apply at Acme</h1><form><label>Resume</label><label>Why do you want to work here?</label>
    <label>Will you need sponsorship?</label></form><p>We read every application with care and answer within a week.</p>`;

  it("are read once, and get a planned answer for each field", async () => {
    boards.contents.pages.set(apply, page);
    const id = await putPosting({ title: "CTO", company: "Acme", application_url: `${boards.url}${apply}` });
    const first = await run("scrape-form-answers", {}, { job_id: id });
    const answers = [
      { question: "Resume", answer: "Attach: CV", required: true, source: "static" },
      {
        question: "Why do you want to work here?",
        answer: "Since I like to build things with people",
        max_length: 40,
        source: "llm",
      },
      { question: "Will you need sponsorship?", answer: "No", source: "rule" },
    ];
    expect(first.result?.data).toMatchObject({
      ...{ success: true, fields_count: 3, answers_count: 3, form_title: "Apply at Acme", from_cache: false },
      planned_answers: answers,
    });
    const steps = first.job.lastAttempt?.progress?.steps.map(({ name, status }) => `${name} ${status}`);
    expect(steps).toEqual(
      [
        "cache_check",
        "scrape_form",
        "extract_fields",
        "cache_results",
        "load_job",
        "generate_answers",
        "save_results",
      ].map((layer) => `${layer} success`),
    );
    expect(first.lines).toContain("✅ extract_fields: 3 fields");
    expect(await document(collections.level2, id)).toMatchObject({ planned_answers: answers, title: "CTO" });
    const second = await run("scrape-form-answers", {}, { job_id: id });
    expect(second.result?.data).toMatchObject({ from_cache: true, answers_count: 3 });
  });

  it.each([
    ["without an address", {}, "No application URL found for this job. Please add an application URL first."],
    [
      "on a host that may not be asked",
      { application_url: "http://10.0.0.1/apply" },
      "Could not access the application form. The page may require login or be blocking automated access.",
    ],
  ])("%s fail in the words that clients know", async (_, body, words) => {
    const id = await putPosting({ title: "CTO", company: "Acme", ...body });
    const ended = await run("scrape-form-answers", {}, { job_id: id });
    expect(ended.job.state).toBe(JobState.FAILED);
    expect(ended.words).toBe(words);
  });

  it("of postings that are not there fail too", async () => {
    expect(await run("scrape-form-answers", {}, { job_id: "0".repeat(24) })).toMatchObject({ words: "Job not found" });
    expect(await run("scrape-form-answers", {}, { job_id: "zz" })).toMatchObject({ words: "Invalid job ID format" });
  });
});

describe("uploads", () => {
  it("send the CV as a form, and note the time", async () => {
    const id = await putPosting({ title: "CTO", company: "Acme & Co", cv_text: "# Ada\n\n- Builds things" });
    const { result } = await run("upload-drive", { what: "cv" }, { job_id: id });
    expect(result?.data).toMatchObject({ gdrive_file_id: "file-1", gdrive_folder_id: "folder-1" });
    const sent = boards.requests.filter(({ path }) => path === "/webhook").at(-1);
    expect(sent?.headers["content-type"]).toMatch(/^multipart\/form-data; boundary=/);
    expect(sent?.body).toContain('filename="CV_Acme_Co_CTO.pdf"');
    expect(sent?.body).toContain("%PDF-");
    expect(sent?.body).toMatch(new RegExp(`name="jobId"\r\n\r\n${id}\r\n`));
    expect(await document(collections.level2, id)).toMatchObject({ gdrive_uploaded_at: result?.data["uploaded_at"] });
  });

  it("say what is missing, and what the webhook said", async () => {
    const empty = await putPosting({ title: "CTO", company: "Acme" });
    expect(await run("upload-drive", { what: "cv" }, { job_id: empty })).toMatchObject({ code: "no_content" });
    expect(await run("upload-drive", { what: "dossier" }, { job_id: empty })).toMatchObject({ code: "no_content" });
    expect(await run("upload-drive", { what: "master-cv" })).toMatchObject({ code: "no_content" });
    boards.contents.failures.set("webhook", { status: 507 });
    const id = await putPosting({ title: "CTO", company: "Acme", dossier: "All about it." });
    const { outcome } = await run("upload-drive", { what: "dossier" }, { job_id: id });
    expect(outcome?.labels).toMatchObject({ code: "upstream", status: "507" });
  });
});

it("ends a call to the model when its run is cancelled", async () => {
  const silent = "4088888888";
  boards.contents.linkedin.set(silent, { ...posting, id: silent, company: "Silent SE" });
  const input: JobInput = { operation: "import-linkedin", parameters: { job_id_or_url: silent } };
  const spec = { kind: "import-linkedin", queue: queues.direct, input: jsonPayload(input) };
  const { jobId } = await client.submit(namespace, spec);
  await eventually(() => expect(llm.hanging).toBe(1));
  await client.jobs.cancelJobs({ namespace, jobIds: [jobId], mode: CancelMode.IMMEDIATE });
  const job = await client.waitForJob(namespace, jobId, { signal: AbortSignal.timeout(20_000) });
  expect(job.state).toBe(JobState.CANCELLED);
  await eventually(() => expect(llm.hanging).toBe(0));
  const where = [{ field: "dedupe_key", values: [JSON.stringify(`linkedin_import|${silent}`)] }];
  const { documents } = await client.catalog.listDocuments({ namespace, collection: collections.level2.name, where });
  expect(documents).toEqual([]);
});

it("keeps a record of each run of the operations that have one, under the run's id", async () => {
  const id = await putPosting({ title: "CTO", company: "Acme", description: "Requirements:\n- Ten years of work" });
  const about = { job_id: id, tier: "fast", use_llm: false };
  const good = await run("structure-jd", {}, about);
  expect(good.lines.slice(0, 2)).toEqual([`Starting structure-jd for job ${id}`, "Tier: fast, use_llm: false"]);
  expect(await document(collections.operationRuns, `op_structure-jd_${good.job.shortId}`)).toMatchObject({
    ...{ operation: "structure-jd", job_id: id, tier: "fast", success: true, error: null, cost_usd: 0 },
    ...{ run_id: `op_structure-jd_${good.job.shortId}`, duration_ms: good.result?.duration_ms },
  });

  const absent = { ...about, job_id: "0".repeat(24) };
  const failed = await run("structure-jd", {}, absent);
  await client.jobs.retryJobs({ namespace, jobIds: [failed.job.id] });
  const retried = await client.waitForJob(namespace, failed.job.id, { signal: AbortSignal.timeout(20_000) });
  expect(retried.shortId).not.toBe(failed.job.shortId);
  for (const shortId of [failed.job.shortId, retried.shortId]) {
    const record = await document(collections.operationRuns, `op_structure-jd_${shortId}`);
    expect(record).toMatchObject({ success: false, error: "Job not found" });
  }
});
