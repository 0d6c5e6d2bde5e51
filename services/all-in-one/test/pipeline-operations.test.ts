import { createSwitchyardClient, type SwitchyardClient } from "@switchyard/client";
import { JobState } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { eventually } from "@switchyard/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { jobDescription, masterCvMetadata, taxonomy } from "../../pipeline-worker/test/operations/examples.js";
import { docxText } from "../../pipeline-worker/test/operations/file-text.js";
import { fileCaller, newPostingId, okCaller, openRun, pipelineCaller, pipelineSecret } from "./pipeline-calls.js";
import { createScriptedLlm, type ScriptedLlm } from "./pipeline-llm.js";
import { startTestSystem, type TestSystem } from "./test-system.js";

// Runs of the whole pipeline, with a model that follows a script. What its operations do one by one is in pipeline-story.test.ts.
let llm: ScriptedLlm;
let system: TestSystem;
let client: SwitchyardClient;
const base = () => `http://${system.addresses.http}/pipeline`;
const ok = okCaller(pipelineCaller(base));
const file = fileCaller(base);

beforeAll(async () => {
  llm = await createScriptedLlm();
  system = await startTestSystem({
    ...{ MANAGED_RUNNERS: "0", NUM_INTERNAL_WORKERS: "0", RUNNER_API_SECRET: pipelineSecret },
    ...{
      LLM_BASE_URL: llm.url,
      LLM_API_KEY: "key-of-the-stub",
      CANDIDATE_NAME: "Kim Example",
      CANDIDATE_SIGNATURE: "Kim",
    },
  });
  client = createSwitchyardClient({ transport: system.transport });
  await ok("PUT", "/api/master-cv/metadata", masterCvMetadata);
  await ok("PUT", "/api/master-cv/taxonomy", taxonomy);
  await ok("PUT", "/api/master-cv/roles/acme", { markdown_content: "Led six engineers. 40 clusters." });
});
afterAll(async () => {
  client.close();
  await system.stop();
  await llm.close();
});

async function putPosting(): Promise<string> {
  const id = newPostingId();
  const company = `Windplan ${id}`;
  const posting = { title: "Engineering Lead", company, location: "Bremen", description: jobDescription };
  await ok("PUT", `/api/jobs/${id}/document`, posting);
  return id;
}

describe("a posting", () => {
  it("goes through the whole pipeline", async () => {
    const id = await putPosting();
    const { run_id: runId } = await ok("POST", "/jobs/run", { job_id: id, processing_tier: "A" });
    const stream = await openRun(`${base()}/jobs/${String(runId)}/logs`);
    await stream.ended;
    expect(stream.events.at(-1)).toMatchObject({ event: "end", data: "completed" });
    expect(stream.lines()).toContain(`Starting pipeline for job ${id}`);

    const progress = await ok("GET", `/jobs/${String(runId)}/progress`);
    expect(progress).toMatchObject({ overall_status: "completed", progress_percent: 100 });
    expect((progress["layers"] as { status: string }[]).map(({ status }) => status)).toEqual(
      new Array(8).fill("success"),
    );
    const names = {
      cv_md_url: "CV.md",
      cv_docx_url: "CV.docx",
      dossier_txt_url: "dossier.txt",
      cover_letter_txt_url: "cover_letter.txt",
    };
    expect(await ok("GET", `/jobs/${String(runId)}/status`)).toMatchObject({ status: "completed", artifacts: names });
    const { job } = await ok("GET", `/api/jobs/${id}/document`);
    expect(job).toMatchObject({
      ...{ pipeline_run_id: runId, pipeline_status: "completed", status: "ready for applying", artifact_urls: names },
      ...{
        fit_score: 82,
        has_research: true,
        generated_cv: true,
        dossier: expect.stringContaining("PRIMARY CONTACTS"),
      },
    });
    expect(await docxText(await file("GET", `/artifacts/${String(runId)}/CV.docx`))).toContain(
      "Engineering lead for planning systems",
    );
    const dossier = Buffer.from(await file("GET", `/artifacts/${String(runId)}/dossier.txt`)).toString();
    expect(dossier).toContain("82 of 100, strong");

    const jobId = String(runId).replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
    const { state, lastAttempt } = await client.waitForJob("pipeline", jobId);
    expect(state).toBe(JobState.SUCCEEDED);
    expect(lastAttempt?.outcome?.metrics["cost_usd"]).toBeGreaterThan(0);
  });

  it("is left to the run that took it last", async () => {
    const id = await putPosting();
    const first = await ok("POST", "/jobs/run", { job_id: id });
    const second = await ok("POST", "/jobs/run", { job_id: id });
    const runs = [String(first["run_id"]), String(second["run_id"])];
    await eventually(async () => {
      for (const run of runs) expect(await ok("GET", `/jobs/${run}/status`)).toMatchObject({ status: "completed" });
    });
    const { job } = await ok("GET", `/api/jobs/${id}/document`);
    expect(job.pipeline_status).toBe("completed");
    expect(runs).toContain(job.pipeline_run_id);
  });

  it("of which nothing is known fails with words", async () => {
    const id = newPostingId();
    const { run_id: runId } = await ok("POST", "/jobs/run", { job_id: id });
    await eventually(async () => {
      expect(await ok("GET", `/jobs/${String(runId)}/status`)).toMatchObject({ status: "failed" });
    });
    const stream = await openRun(`${base()}/jobs/${String(runId)}/logs`);
    await stream.ended;
    expect(stream.lines().some((line) => line.includes("Job not found"))).toBe(true);
  });
});
