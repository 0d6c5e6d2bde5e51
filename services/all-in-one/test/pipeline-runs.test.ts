import { request } from "node:http";
import { JobFailure, type JobContext } from "@switchyard/client";
import { eventually } from "@switchyard/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newPostingId, openRun, pipelineCaller, pipelineSecret } from "./pipeline-calls.js";
import { createGate, createScriptedWorker, resultWith, type ScriptedWorker } from "./scripted-worker.js";
import { startTestSystem, type TestSystem } from "./test-system.js";

// What becomes of many runs at once, with a worker that does what the tests say.
let system: TestSystem;
let worker: ScriptedWorker;
const base = () => `http://${system.addresses.http}/pipeline`;
const call = pipelineCaller(base);
const limit = 20;

beforeAll(async () => {
  system = await startTestSystem({
    ...{ MANAGED_RUNNERS: "0", NUM_INTERNAL_WORKERS: "0", PIPELINE_WORKER: "false" },
    ...{ RUNNER_API_SECRET: pipelineSecret, MAX_CONCURRENCY: String(limit), PIPELINE_OPERATION_CONCURRENCY: "1" },
  });
  worker = createScriptedWorker(system, { slots: limit + 10 });
});
afterAll(async () => {
  await worker.runner.stop();
  await system.stop();
});

const soon = <T>(check: () => Promise<T>) => eventually(check, { timeoutMs: 20_000 });
const statusOf = async (run: string) => (await call("GET", `/jobs/${run}/status`)).body.status as string;
const idsOf = (items: readonly { readonly job_id: string }[]) => items.map(({ job_id: id }) => id);

async function queueOperation(posting: string, operation = "extract") {
  const { body } = await call("POST", `/api/jobs/${posting}/operations/${operation}/queue`, {});
  expect(body).toMatchObject({ success: true, job_id: posting, error: null });
  return body as { readonly queue_id: string; readonly run_id: string; readonly position: number };
}

/** A posting that exists, as synchronous calls want it. */
async function newPosting(): Promise<string> {
  const posting = newPostingId();
  const document = { title: "Engineer", company: "Acme", description: "Build things." };
  expect((await call("PUT", `/api/jobs/${posting}/document`, document)).status).toBe(200);
  return posting;
}

describe("five hundred runs in one request", () => {
  it("are accepted while nobody works, and worked off under the limit", { timeout: 60_000 }, async () => {
    const postings = [...Array(500)].map(newPostingId);
    const { status, body } = await call("POST", "/jobs/run-bulk", { job_ids: postings });
    expect(status).toBe(200);
    const runs = (body.runs as { run_id: string; status_url: string; log_stream_url: string }[]).map((run) => {
      expect(run).toEqual({
        run_id: expect.stringMatching(/^[0-9a-f]{32}$/),
        status_url: `/jobs/${run.run_id}/status`,
        log_stream_url: `/jobs/${run.run_id}/logs`,
      });
      return run.run_id;
    });
    expect(new Set(runs).size).toBe(500);
    const { body: waiting } = await call("GET", "/queue/state");
    expect(waiting.stats).toMatchObject({ total_pending: 500, total_running: 0 });
    expect(idsOf(waiting.pending)).toEqual(postings.slice(0, 10));
    expect(waiting.pending[9]).toMatchObject({ position: 10, operation: "full_pipeline", run_id: runs[9] });
    expect((await call("GET", `/jobs/${runs[499]}/status`)).body).toMatchObject({
      ...{ job_id: postings[499], status: "queued", artifacts: {} },
    });

    await worker.runner.start();
    const done = async () => {
      const { body: state } = await call("GET", "/queue/state");
      expect(state.stats).toMatchObject({ total_pending: 0, total_running: 0, total_completed_today: 500 });
    };
    await eventually(done, { timeoutMs: 50_000, intervalMs: 250 });
    expect(worker.busy.get("full_pipeline")).toEqual({ now: 0, most: limit });
    expect(await Promise.all([runs[0], runs[250], runs[499]].map((run) => statusOf(run as string)))).toEqual([
      ...["completed", "completed", "completed"],
    ]);
  });
});

describe("a pipeline run that is cancelled", () => {
  it("is stopped, and frees exactly one place", async () => {
    const gate = createGate();
    const stopped: string[] = [];
    const postings = [...Array(limit + 2)].map(newPostingId);
    const hold = async (context: JobContext) => {
      context.log().info("working");
      await gate.pass(context).catch((error: unknown) => {
        stopped.push(context.lease.subject);
        throw error;
      });
      return resultWith();
    };
    for (const posting of postings) worker.script(posting, hold);
    const { body } = await call("POST", "/jobs/run-bulk", { job_ids: postings });
    const runs = (body.runs as { run_id: string }[]).map(({ run_id: id }) => id);
    const running = async () => idsOf((await call("GET", "/queue/state")).body.running).sort();
    await soon(async () => expect(await running()).toEqual(postings.slice(0, limit).sort()));

    const stream = await openRun(`${base()}/jobs/${runs[0]}/logs`);
    await stream.until(() => expect(stream.lines()).toEqual(["working"]));
    const cancelled = { success: true, message: "Pipeline cancelled" };
    expect((await call("POST", `/jobs/${runs[0]}/cancel`)).body).toEqual(cancelled);
    await stream.ended;
    expect(stream.events.at(-1)).toMatchObject({ event: "end", data: "cancelled" });
    expect(await call("POST", `/jobs/${runs[0]}/cancel`)).toMatchObject({
      ...{ status: 200, body: { success: false, error: "Run already cancelled" } },
    });

    // One more, and no other.
    await soon(async () => expect(await running()).toEqual(postings.slice(1, limit + 1).sort()));
    await soon(async () => expect(stopped).toEqual([postings[0]]));
    expect(await statusOf(runs.at(-1) as string)).toBe("queued");
    const { body: state } = await call("GET", "/queue/state");
    expect(state.history[0]).toMatchObject({ job_id: postings[0], status: "cancelled", run_id: runs[0] });

    gate.open();
    await soon(async () => {
      expect((await Promise.all(runs.map(statusOf))).slice(1)).toEqual(Array(limit + 1).fill("completed"));
    });
    expect(await statusOf(runs[0] as string)).toBe("cancelled");
    expect(worker.busy.get("full_pipeline")).toEqual({ now: 0, most: limit });
  });
});

describe("a queued operation that failed", () => {
  it("is done again by a retry, as a new run of the same item", async () => {
    const posting = newPostingId();
    let tries = 0;
    worker.script(posting, ({ log }) => {
      tries += 1;
      log().info(`try ${tries}`);
      if (tries === 1) throw new JobFailure("no luck", { labels: { code: "no_llm" } });
      return resultWith({ try: tries });
    });
    const { queue_id: item, run_id: first } = await queueOperation(posting, "process-jd");
    expect(first).toMatch(/^op_analyze-job_[0-9a-f]{12}$/);
    await soon(async () => {
      const { body } = await call("GET", "/queue/state");
      expect(body.failed[0]).toMatchObject({ queue_id: item, status: "failed", error: "no luck", run_id: first });
    });
    expect((await call("GET", `/queue/item/${posting}`)).body).toMatchObject({ found: true, item: { queue_id: item } });
    const before = (await call("GET", "/queue/state")).body.state_version;

    const { status, body } = await call("POST", `/queue/${item}/retry`);
    expect(status).toBe(200);
    expect(body.item).toMatchObject({ queue_id: item, operation: "analyze-job", error: null, completed_at: null });
    const second = body.item.run_id as string;
    expect(second).toMatch(/^op_analyze-job_[0-9a-f]{12}$/);
    expect(second).not.toBe(first);
    await soon(async () => expect((await call("GET", `/api/logs/${second}/status`)).body.status).toBe("completed"));
    expect(tries).toBe(2);
    expect((await call("GET", "/queue/state")).body.state_version).not.toBe(before);

    // Each run has its own lines and end.
    const textsOf = async (run: string) =>
      (await call("GET", `/api/logs/${run}`)).body.logs.map(({ message }: { message: string }) => message);
    expect(await textsOf(first)).toEqual(["try 1"]);
    expect(await textsOf(second)).toEqual(["try 2"]);
    expect((await call("GET", `/api/logs/${first}/status`)).body).toMatchObject({ status: "failed", error: "no luck" });
    const stream = await openRun(`${base()}/api/jobs/operations/${first}/logs`);
    await stream.ended;
    expect(stream.lines()).toEqual(["try 1"]);
    expect(stream.events.at(-1)).toMatchObject({ event: "end", data: "failed" });
    expect(await call("POST", `/queue/${item}/retry`)).toMatchObject({
      ...{ status: 404, body: { detail: "Queue item not found or not in failed state" } },
    });
    expect((await call("GET", `/api/jobs/${posting}/queue-status`)).body.operations).toMatchObject({
      "analyze-job": { status: "completed", queue_id: item, run_id: second, error: null },
      "generate-cv": null,
    });
  });

  it("goes into the history when it is dismissed, and stays failed", async () => {
    const posting = newPostingId();
    worker.script(posting, () => {
      throw new Error("broken");
    });
    const { queue_id: item } = await queueOperation(posting);
    await soon(async () => expect(idsOf((await call("GET", "/queue/state")).body.failed)).toContain(posting));
    expect((await call("POST", `/queue/${item}/dismiss`)).body).toEqual({ success: true });
    const { body } = await call("GET", "/queue/state");
    expect(idsOf(body.failed)).not.toContain(posting);
    expect(body.history.find(({ queue_id: id }: { queue_id: string }) => id === item)).toMatchObject({
      ...{ status: "failed", error: "broken" },
    });
    expect((await call("GET", `/queue/item/${posting}`)).body).toEqual({ found: false, queue_enabled: true });
    expect((await call("POST", `/queue/${item}/dismiss`)).status).toBe(404);
  });
});

describe("a queued operation that waits", () => {
  it("is taken out by a cancel, which no list shows and nobody does", async () => {
    const gate = createGate();
    const [holding, waiting] = [newPostingId(), newPostingId()];
    let done = 0;
    worker.script(holding, async (context) => {
      await gate.pass(context);
      return resultWith();
    });
    worker.script(waiting, () => {
      done += 1;
      return resultWith();
    });
    const { run_id: first, queue_id: busy } = await queueOperation(holding);
    await soon(async () => expect((await call("GET", `/api/logs/${first}/status`)).body.status).toBe("running"));
    const { queue_id: item, run_id: run } = await queueOperation(waiting);
    const unknown = { status: 404, body: { detail: "Queue item not found or not in pending state" } };
    expect(await call("POST", `/queue/${busy}/cancel`)).toMatchObject(unknown);
    expect(await call("POST", `/queue/${item}/cancel`)).toMatchObject({ status: 200, body: { success: true } });
    expect(await call("POST", `/queue/${item}/cancel`)).toMatchObject(unknown);
    const { body } = await call("GET", "/queue/state");
    for (const list of [body.pending, body.running, body.failed, body.history])
      expect(idsOf(list)).not.toContain(waiting);
    // Pollers know no cancelled operations.
    expect((await call("GET", `/api/logs/${run}/status`)).body).toMatchObject({ status: "failed", error: "Cancelled" });
    gate.open();
    await soon(async () => expect((await call("GET", `/api/logs/${first}/status`)).body.status).toBe("completed"));
    expect(done).toBe(0);
  });
});

describe("a call that somebody waits for", () => {
  it("goes before what nobody waits for, and answers what the worker says", async () => {
    const gate = createGate();
    const order: string[] = [];
    const note = (name: string) => () => {
      order.push(name);
      return resultWith({ name });
    };
    const [holding, waiting, direct] = [newPostingId(), newPostingId(), await newPosting()];
    worker.script(holding, async (context) => {
      await gate.pass(context);
      return resultWith();
    });
    worker.script(waiting, note("queued"));
    worker.script(direct, note("direct"));
    const { run_id: first } = await queueOperation(holding);
    await soon(async () => expect((await call("GET", `/api/logs/${first}/status`)).body.status).toBe("running"));
    const { position, queue_id: item } = await queueOperation(waiting);
    expect(position).toBe(1);
    const answer = call("POST", `/api/jobs/${direct}/structure-jd`, { tier: "A", use_llm: false });
    await soon(async () => {
      const { body } = await call("GET", `/api/jobs/${direct}/queue-status`);
      expect(body.operations["structure-jd"]).toMatchObject({ status: "pending", queue_id: null });
    });
    gate.open();
    const { status, body } = await answer;
    expect(status).toBe(200);
    expect(body).toEqual({
      ...{ success: true, data: { name: "direct" }, cost_usd: 0.25, error: null, model_used: "test-model" },
      ...{ run_id: expect.stringMatching(/^op_structure-jd_[0-9a-f]{12}$/), duration_ms: 5 },
    });
    await soon(async () => expect(order).toEqual(["direct", "queued"]));
    // It is in no list of the queue.
    const { body: state } = await call("GET", "/queue/state");
    expect(idsOf(state.history)).not.toContain(direct);
    await soon(async () => {
      const found = (await call("GET", "/queue/state")).body.history[0];
      expect(found).toMatchObject({ queue_id: item, processing_tier: "balanced" });
    });
  });

  it("is answered with 200 when the work fails", async () => {
    const posting = await newPosting();
    worker.script(posting, () => {
      throw new JobFailure("No LLM is configured", { result: resultWith({ layer_status: {} }, { success: false }) });
    });
    expect(await call("POST", `/api/jobs/${posting}/research-company`, {})).toMatchObject({
      status: 200,
      body: { success: false, error: "No LLM is configured", data: { layer_status: {} }, cost_usd: 0.25 },
    });
    // The same words, where the contract has a status for them.
    worker.script(posting, () => {
      throw new JobFailure("No LLM is configured", { labels: { code: "no_llm" } });
    });
    expect(await call("POST", `/api/jobs/${posting}/extract`)).toMatchObject({
      ...{ status: 503, body: { detail: "No LLM is configured" } },
    });
    worker.script(posting, () => resultWith({ extracted_jd: { title: "Engineer" } }));
    expect((await call("POST", `/api/jobs/${posting}/extract`)).body).toEqual({
      ...{ success: true, job_id: posting, extracted_jd: { title: "Engineer" } },
      metadata: { model: "test-model", extracted_at: expect.stringMatching(/^\d{4}-.*\d{6}$/), duration_ms: 5 },
    });
  });

  it("goes on when its caller has gone", async () => {
    const gate = createGate();
    const posting = await newPosting();
    let done = false;
    worker.script(posting, async (context) => {
      await gate.pass(context);
      done = true;
      return resultWith();
    });
    const headers = { authorization: `Bearer ${pipelineSecret}` };
    const waiting = request(`${base()}/api/jobs/${posting}/generate-cv`, { method: "POST", headers });
    waiting.on("error", () => undefined).end("{}");
    const state = async () => (await call("GET", `/api/jobs/${posting}/queue-status`)).body.operations["generate-cv"];
    await soon(async () => expect(await state()).toMatchObject({ status: "running" }));
    waiting.destroy();
    gate.open();
    await soon(async () => expect(await state()).toMatchObject({ status: "completed" }));
    expect(done).toBe(true);
  });
});

describe("what was spent", () => {
  it("is summed from the outcomes of the runs", async () => {
    const { body } = await call("GET", "/api/metrics/budget");
    expect(body).toMatchObject({ total_budget_usd: null, trackers_exceeded: 0 });
    const { body: history } = await call("GET", "/api/metrics/cost-history?period=daily&count=2");
    expect(history).toMatchObject({ period: "daily", count: 2, costs: [0, body.total_used_usd] });
  });
});

describe("the whole queue", () => {
  it("is cleaned of what waits for too long, and cleared; what runs goes on", async () => {
    const gate = createGate();
    const [holding, stale, waiting] = [newPostingId(), newPostingId(), newPostingId()];
    worker.script(holding, async (context) => {
      await gate.pass(context);
      return resultWith();
    });
    const { run_id: run, queue_id: item } = await queueOperation(holding);
    await soon(async () => expect((await call("GET", `/api/logs/${run}/status`)).body.status).toBe("running"));
    await queueOperation(stale);
    const kept = await call("POST", "/queue/cleanup?max_age_minutes=60");
    expect(kept.body).toMatchObject({ success: true, stats: { stale_pending_removed: 0, total_cleaned: 0 } });
    const cleaned = await call("POST", "/queue/cleanup?max_age_minutes=0");
    expect(cleaned.body.stats).toMatchObject({ stale_pending_removed: 1, orphan_running_removed: 0, total_cleaned: 1 });
    const failed = (await call("GET", "/queue/state")).body.failed[0];
    expect(failed).toMatchObject({ job_id: stale, error: "Stale: pending for over 0 minutes" });

    await queueOperation(waiting);
    const { body } = await call("POST", "/queue/clear");
    expect(body).toMatchObject({
      success: true,
      stats: { pending_cleared: 1, running_cleared: 1, failed_cleared: 1, history_cleared: expect.any(Number) },
    });
    const { body: state } = await call("GET", "/queue/state");
    const lists = { pending: state.pending, running: state.running, failed: state.failed, history: state.history };
    expect(lists).toEqual({ pending: [], running: [], failed: [], history: [] });
    expect((await call("POST", `/queue/${item}/retry`)).status).toBe(404);
    expect((await call("GET", `/queue/item/${holding}`)).body).toEqual({ found: false, queue_enabled: true });
    gate.open();
    await soon(async () => expect((await call("GET", `/api/logs/${run}/status`)).body.status).toBe("completed"));
    // Later ones are shown again.
    const later = newPostingId();
    await queueOperation(later);
    await soon(async () => expect(idsOf((await call("GET", "/queue/state")).body.history)).toEqual([later]));
  });
});
