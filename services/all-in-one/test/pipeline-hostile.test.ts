import { Writable } from "node:stream";
import { createJobBoards, createLlmStub, type JobBoards, type LlmStub, temporaryDirectory } from "@switchyard/testkit";
import { pino } from "pino";
import { afterAll, beforeAll, expect, it } from "vitest";
import { loadSystemConfig, startSystem, type System } from "../src/index.js";
import { extractedJd } from "../../pipeline-worker/test/operations/examples.js";
import { newPostingId as newId, okCaller, openRun, pipelineCaller, pipelineSecret } from "./pipeline-calls.js";
import { createSystemDatabase } from "./test-system.js";

// What others write is hostile here: postings, CVs, the model's answers. None of it becomes markup in what a page shows, and no
// secret comes out anywhere, not in the process's own log either, which is at its most talkative.
const evil = `<img src=x onerror="alert(1)"><script>alert('2')</script>`;
const secrets = { LLM_API_KEY: "llm-key-nobody-sees", SCRAPER_API_KEY: "scraper-key-nobody-sees" };

let boards: JobBoards;
let llm: LlmStub;
let system: System;
let written = "";
const left: (() => Promise<unknown>)[] = [];
const base = () => `http://${system.addresses.http}/pipeline`;
const call = pipelineCaller(base);
const ok = okCaller(call);

beforeAll(async () => {
  [boards, llm] = await Promise.all([createJobBoards(), createLlmStub({ reply: ({ system: task }) => replyTo(task) })]);
  const [database, artifacts] = await Promise.all([createSystemDatabase(), temporaryDirectory()]);
  const free = "127.0.0.1:0";
  const config = loadSystemConfig({
    ...boards.env,
    ...{ HTTP_LISTEN: free, GRPC_LISTEN: free, OPS_LISTEN: free, DATABASE_URL: database.url },
    ...{ MANAGED_RUNNERS: "0", NUM_INTERNAL_WORKERS: "0", CATALOG_ARTIFACT_DIR: artifacts.path },
    ...{ RUNNER_API_SECRET: pipelineSecret, LLM_BASE_URL: llm.url, ...secrets },
  });
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      written += chunk.toString();
      done();
    },
  });
  system = await startSystem(config, pino({ level: "trace" }, stream));
  left.push(
    () => system.stop(),
    () => database.drop(),
    () => artifacts.remove(),
    () => boards.close(),
    () => llm.close(),
  );
});
afterAll(async () => {
  for (const leave of left) await leave();
});

function replyTo(task: string) {
  if (task.startsWith("You divide job descriptions"))
    return { json: { sections: [{ section_type: `"><script>`, header: evil, items: [`${evil} and more words`] }] } };
  if (task.startsWith("You read job descriptions")) return { json: { ...extractedJd, title: evil } };
  if (task.startsWith("You write the lines")) return { json: { bullets: [`${evil} [click](javascript:alert(3))`] } };
  if (task.startsWith("You write the top"))
    return { json: { headline: evil, summary: `[site](javascript:alert(4)) ${evil}`, competencies: [evil] } };
  // A provider that repeats the key that it was sent, as some do.
  return {
    answer: { status: 400, body: { error: { message: `Incorrect API key provided: ${secrets.LLM_API_KEY}` } } },
  };
}

/** The tags of a text of HTML, which must be these, with plain attributes that run nothing. */
function expectHarmless(html: string, tags: string): void {
  const plain = new RegExp(`^</?(?:${tags})(?: (?!on)[a-z-]+="[^"<>]*")* ?/?>$`, "i");
  for (const [tag] of html.matchAll(/<[^>]*>?/g)) expect(tag).toMatch(plain);
  expect(html).not.toMatch(/(?:href|src)="\s*(?:javascript|data|vbscript):/i);
  expect(html).toContain("&lt;script&gt;");
}

/** All texts and addresses of an editor's document. */
function partsOf(node: unknown, parts: string[] = []): string[] {
  if (Array.isArray(node)) for (const each of node) partsOf(each, parts);
  else if (typeof node === "object" && node !== null)
    for (const [key, value] of Object.entries(node)) {
      if (key === "href" || key === "src") parts.push(String(value));
      partsOf(value, parts);
    }
  return parts;
}

const metadata = {
  candidate: { name: evil, title_base: evil, summary: evil, contact: { linkedin: "javascript:alert(5)" } },
  roles: [{ id: "acme", company: `Acme ${evil}`, title: "Lead", hard_skills: ["Python"] }],
};

it("never hands out markup that somebody else wrote", async () => {
  const id = newId();
  const description = `${evil}\n\nRequirements:\n- ${evil} ten years of it`;
  await ok("PUT", `/api/jobs/${id}/document`, { title: evil, company: evil, description });
  await ok("PUT", "/api/master-cv/metadata", metadata);
  await ok("PUT", "/api/master-cv/roles/acme", {
    markdown_content: `${evil}\n\n[x](javascript:alert(6))\n\n- ${evil}`,
  });

  for (const use_llm of [false, true]) {
    const { data } = await ok("POST", `/api/jobs/${id}/structure-jd`, { use_llm });
    expect(data.used_llm).toBe(use_llm);
    expectHarmless(data.processed_jd.html, "div|section|h3|ul|li");
    const { job } = await ok("GET", `/api/jobs/${id}/document`);
    expectHarmless(job.jd_annotations.processed_jd_html, "div|section|h3|ul|li");
  }

  expect(await ok("POST", `/api/jobs/${id}/generate-cv`, {})).toMatchObject({ success: true });
  const { job } = await ok("GET", `/api/jobs/${id}/document`);
  expect(partsOf(job.cv_editor_state).filter((address) => !/^(?:https?|mailto):/.test(address))).toEqual([]);
  const exported = await fetch(`${base()}/api/master-cv/cv/export`, {
    ...{ method: "POST", headers: { authorization: `Bearer ${pipelineSecret}` }, body: '{"format":"html"}' },
  });
  const html = (await exported.text()).replace(/^<!doctype html>/i, "").replace(/<style>[^<]*<\/style>/, "");
  expectHarmless(html, "html|head|body|meta|title|main|header|footer|div|h1|h2|h3|p|ul|ol|li|strong|em|a|br|hr|style");
  expect(exported.headers.get("content-disposition")).toMatch(/^attachment;/);

  // Names of files come from it too.
  const pdf = await fetch(`${base()}/api/jobs/${id}/cv-editor/pdf`, {
    ...{ method: "POST", headers: { authorization: `Bearer ${pipelineSecret}` } },
  });
  expect([pdf.status, pdf.headers.get("content-type")]).toEqual([200, "application/pdf"]);
  expect(pdf.headers.get("content-disposition")).toMatch(/^attachment; filename="[\w.-]+"$/);
});

it("serves what was said as data, never as a page", async () => {
  const id = newId();
  await ok("PUT", `/api/jobs/${id}/document`, { title: evil, company: evil, description: evil });
  const { run_id: run } = await ok("POST", "/jobs/run", { job_id: id, profile_ref: evil });
  const stream = await openRun(`${base()}/jobs/${run}/logs`);
  await stream.ended;
  expect(stream.lines().join("\n")).toContain(evil);
  const cv = await fetch(`${base()}/artifacts/${run}/CV.md`);
  expect([cv.status, cv.headers.get("content-type")]).toEqual([200, "application/octet-stream"]);
  expect(cv.headers.get("x-content-type-options")).toBe("nosniff");
  expect(await cv.text()).toContain("onerror");
  for (const path of [
    `/api/logs/${run}`,
    `/api/logs/${encodeURIComponent(evil)}`,
    `/queue/item/${encodeURIComponent(evil)}`,
    `/queue/state`,
    `/${encodeURIComponent(evil)}`,
  ]) {
    const answer = await fetch(`${base()}${path}`);
    const type = answer.headers.get("content-type") ?? "";
    expect([path, type]).toEqual([path, expect.stringMatching(/^application\/json/)]);
    await answer.arrayBuffer();
  }
});

it("tells no secret: not in lines, not in answers, not in the log of the process", async () => {
  const id = newId();
  const address = "https://kim:hunter2hunter2@windplan.example.org/jobs";
  await ok("PUT", `/api/jobs/${id}/document`, {
    title: "CTO",
    company: "Acme",
    description: "Lead.",
    application_url: address,
  });
  const told: string[] = [];
  for (const operation of ["research-company", "scrape-form-answers"]) {
    const { run_id: run } = await ok("POST", `/api/jobs/${id}/${operation}/start`, {});
    const stream = await openRun(`${base()}/api/jobs/operations/${run}/logs`);
    await stream.ended;
    expect(stream.events.at(-1)).toMatchObject({ event: "end", data: "failed" });
    for (const path of [`/api/logs/${run}`, `/api/jobs/operations/${run}/status`])
      told.push(JSON.stringify(await ok("GET", path)));
    told.push(...stream.lines());
  }
  expect(told.join("\n")).toContain("[masked]");
  await call("POST", "/jobs/run", { job_id: 1 });
  await fetch(`${base()}/queue/clear?token=${pipelineSecret}`, { method: "POST" });
  told.push(JSON.stringify(await ok("GET", "/diagnostics")), JSON.stringify(await ok("GET", "/api/metrics/alerts")));
  told.push(JSON.stringify(await ok("GET", "/api/claude/status")), JSON.stringify(await ok("GET", "/queue/state")));
  expect(written.split("\n").length).toBeGreaterThan(20);
  for (const secret of [...Object.values(secrets), pipelineSecret, "hunter2hunter2"]) {
    expect(told.filter((text) => text.includes(secret))).toEqual([]);
    expect(written.split("\n").filter((line) => line.includes(secret))).toEqual([]);
  }
});
