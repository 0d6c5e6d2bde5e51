import { JobRelease } from "@switchyard/client";
import type { HttpGateway } from "@switchyard/http-gateway";
import { eventually } from "@switchyard/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startReplica } from "./gateway-replica.js";
import {
  newPostingId,
  openRun,
  pipelineCaller,
  pipelineSecret,
  type RunEvent,
  type RunStream,
} from "./pipeline-calls.js";
import { createGate, createScriptedWorker, resultWith, type ScriptedWorker } from "./scripted-worker.js";
import { startTestSystem, type TestSystem } from "./test-system.js";

// A run as it is followed and polled, from its first line to its end.
let system: TestSystem;
let worker: ScriptedWorker;
const gateways: HttpGateway[] = [];
const settings = { RUNNER_API_SECRET: pipelineSecret, LOG_BUFFER_LIMIT: "100" };
const base = () => `http://${system.addresses.http}/pipeline`;
const call = pipelineCaller(base);

beforeAll(async () => {
  system = await startTestSystem({
    ...{ MANAGED_RUNNERS: "0", NUM_INTERNAL_WORKERS: "0", PIPELINE_WORKER: "false" },
    ...settings,
  });
  worker = createScriptedWorker(system);
  await worker.runner.start();
});
afterAll(async () => {
  await Promise.all(gateways.map((gateway) => gateway.stop()));
  await worker.runner.stop();
  await system.stop();
});

async function start(posting: string): Promise<string> {
  const { body } = await call("POST", `/api/jobs/${posting}/research-company/start`, {});
  expect(body).toEqual({
    run_id: expect.stringMatching(/^op_research-company_[0-9a-f]{12}$/),
    log_stream_url: `/api/jobs/operations/${body.run_id}/logs`,
    status: "queued",
  });
  return body.run_id as string;
}

const streamOf = (run: string, at = base(), headers = {}) => openRun(`${at}/api/jobs/operations/${run}/logs`, headers);

/** Polls as the page does, until it would stop. */
async function poll(run: string) {
  const lines: string[] = [];
  for (let since = 0; ; ) {
    const { body } = await call("GET", `/api/logs/${run}?since=${since}&limit=500`);
    for (const { index, message } of body.logs) {
      expect(index).toBe(lines.length);
      lines.push(message);
    }
    since = body.next_index;
    const isOver = ["completed", "failed"].includes(body.status);
    if (isOver && since >= (body.expected_log_count ?? body.total_count)) return { lines, last: body };
  }
}

const named = (stream: RunStream, name: string): RunEvent[] => stream.events.filter(({ event }) => event === name);

describe("a run that is followed and polled at once", () => {
  it("tells both the same, far beyond a thousand lines and over lines of several lines", async () => {
    const posting = newPostingId();
    const gate = createGate();
    const said = [...Array(2500)].map((_, index) =>
      index % 500 === 7 ? `line ${index}\n  at one\n  at two` : `line ${index}`,
    );
    worker.script(posting, async (context) => {
      const { log, progress } = context;
      await gate.pass(context);
      for (const line of said.slice(0, 1500)) log().info(line);
      progress({ steps: [{ name: "fetch_job", status: "success", message: "Found job: X" }] });
      for (const line of said.slice(1500)) log().info(line);
      return resultWith({ company: "Acme" });
    });
    const run = await start(posting);
    const [early, polled] = [await streamOf(run), poll(run)];
    gate.open();
    await early.ended;
    const { lines, last } = await polled;
    const late = await streamOf(run);
    await late.ended;

    for (const stream of [early, late]) {
      expect(stream.lines()).toEqual(said);
      const numbered = stream.events.filter(({ event }) => event === undefined).map(({ id }) => id);
      expect(numbered).toEqual(said.map((_, index) => String(index)));
      const [result] = named(stream, "result");
      expect(JSON.parse(result?.data ?? "")).toEqual({
        ...{ success: true, data: { company: "Acme" }, cost_usd: 0.25, run_id: run, model_used: "test-model" },
        ...{ duration_ms: 5, error: null },
      });
      expect(JSON.parse(named(stream, "layer_status").at(-1)?.data ?? "")).toEqual({
        fetch_job: { status: "success", message: "Found job: X", timestamp: expect.stringMatching(/^\d{4}-.*\d{6}$/) },
      });
      // The last words, in this order.
      expect(stream.events.slice(-3).map(({ event }) => event)).toEqual(["layer_status", "result", "end"]);
      expect(stream.events.at(-1)).toEqual({ event: "end", id: undefined, data: "completed" });
    }
    expect(lines).toEqual(said);
    expect(last).toMatchObject({
      ...{ next_index: 2500, total_count: 2500, expected_log_count: 2500, status: "completed" },
      ...{ layer_status: { fetch_job: { status: "success" } }, error: null, langsmith_url: null },
    });
  });

  it("sends the layers again and again while nothing else happens", async () => {
    const posting = newPostingId();
    const gate = createGate();
    worker.script(posting, async (context) => {
      context.progress({ steps: [{ name: "fetch_job", status: "processing", message: "looking" }] });
      await gate.pass(context);
      throw new Error("no company");
    });
    const run = await start(posting);
    const stream = await streamOf(run);
    await stream.until(() => expect(named(stream, "layer_status").length).toBeGreaterThan(2));
    gate.open();
    await stream.ended;
    expect(named(stream, "result")).toEqual([]);
    expect(stream.events.at(-1)).toMatchObject({ event: "end", data: "failed" });
    expect((await call("GET", `/api/logs/${run}/status`)).body).toMatchObject({
      status: "failed",
      error: "no company",
    });
  });
});

describe("a gateway that is started again in the middle of a run", () => {
  it("loses no line, for those who come back and those who begin", async () => {
    const posting = newPostingId();
    const gate = createGate();
    worker.script(posting, async (context) => {
      for (const line of ["one", "two", "three"]) context.log().info(line);
      await gate.pass(context);
      context.log().info("four");
      return resultWith();
    });
    const run = await start(posting);
    const first = await startReplica(system, settings);
    const stream = await streamOf(run, `http://${first.addresses.http}/pipeline`);
    await stream.until(() => expect(stream.lines()).toHaveLength(3));
    await first.stop();
    await stream.ended;
    expect(named(stream, "end")).toEqual([]);

    const second = await startReplica(system, settings);
    gateways.push(second);
    const again = `http://${second.addresses.http}/pipeline`;
    const [resumed, anew] = [await streamOf(run, again, { "last-event-id": "1" }), await streamOf(run, again)];
    gate.open();
    await Promise.all([resumed.ended, anew.ended]);
    expect(resumed.lines()).toEqual(["three", "four"]);
    expect(anew.lines()).toEqual(["one", "two", "three", "four"]);
    expect(anew.events.at(-1)).toMatchObject({ event: "end", data: "completed" });
  });
});

describe("a run that is given back and taken again", () => {
  it("goes on counting its lines", async () => {
    const posting = newPostingId();
    const [leave, gate] = [createGate(), createGate()];
    let attempts = 0;
    worker.script(posting, async (context) => {
      attempts += 1;
      const isFirst = attempts === 1;
      for (const word of ["one", "two"]) context.log().info(`${isFirst ? "first" : "second"} ${word}`);
      await (isFirst ? leave : gate).pass(context);
      if (isFirst) throw new JobRelease();
      return resultWith();
    });
    const run = await start(posting);
    const stream = await streamOf(run);
    await stream.until(() => expect(stream.lines()).toEqual(["first one", "first two"]));
    leave.open();
    await stream.until(() => expect(stream.lines()).toHaveLength(4));
    gate.open();
    await stream.ended;
    const said = ["first one", "first two", "second one", "second two"];
    expect(stream.lines()).toEqual(said);
    expect(stream.events.filter(({ event }) => event === undefined).map(({ id }) => id)).toEqual(["0", "1", "2", "3"]);
    expect((await poll(run)).lines).toEqual(said);
    const page = (await call("GET", `/api/logs/${run}?since=1&limit=2`)).body;
    expect(page.logs.map(({ index }: { index: number }) => index)).toEqual([1, 2]);
    expect(page).toMatchObject({ next_index: 3, total_count: 4, expected_log_count: 4 });
    const { body } = await call("GET", `/api/jobs/operations/${run}/status`);
    expect(body).toMatchObject({ run_id: run, job_id: posting, operation: "research-company", logs: said });
  });
});

describe("a pipeline run", () => {
  it("is told without layers, from the first line that is kept", async () => {
    const posting = newPostingId();
    const gate = createGate();
    worker.script(posting, async (context) => {
      for (let index = 0; index < 150; index += 1) context.log().info(`line ${index}`);
      context.progress({ steps: [{ name: "intake", status: "success", message: "read" }] });
      await context.flush();
      await gate.pass(context);
      return resultWith();
    });
    const { body } = await call("POST", "/jobs/run", { job_id: posting, processing_tier: "B" });
    const run = body.run_id as string;
    const progress = async () => (await call("GET", `/jobs/${run}/progress`)).body;
    await eventually(async () => expect(await progress()).toMatchObject({ progress_percent: 12 }), {
      timeoutMs: 20_000,
    });
    // Progress and lines travel apart: a stream that is opened before the lines are stored follows all of them.
    await eventually(
      async () => expect((await call("GET", `/api/logs/${run}?since=0&limit=1`)).body.total_count).toBe(150),
      { timeoutMs: 20_000 },
    );
    const stream = await openRun(`${base()}/jobs/${run}/logs`);
    await stream.until(() => expect(stream.lines()).toHaveLength(100));
    expect(stream.lines()[0]).toBe("line 50");
    gate.open();
    await stream.ended;
    expect(stream.events.slice(100)).toEqual([{ event: "end", id: undefined, data: "completed" }]);
    expect(await progress()).toMatchObject({ overall_status: "completed", progress_percent: 100, current_layer: null });
  });
});
