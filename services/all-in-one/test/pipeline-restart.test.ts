import { eventually, freePort, temporaryDirectory, type TestDatabase } from "@switchyard/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { jobDescription, masterCvMetadata } from "../../pipeline-worker/test/operations/examples.js";
import { newPostingId as newId, okCaller, pipelineCaller, pipelineSecret } from "./pipeline-calls.js";
import type { LogEntry } from "./pipeline-follow.js";
import { createScriptedLlm, type ScriptedLlm } from "./pipeline-llm.js";
import { follow, poll } from "./pipeline-watchers.js";
import { familyOf, isAlive } from "./proc.js";
import { startSystemProcess } from "./processes.js";
import { createSystemDatabase, startSystemOn } from "./test-system.js";

// The whole system, gateway and worker included, goes away in the middle of runs and comes back on its database. The model lives
// on, and holds its answers at the judgement of the fit: what runs has then written half of its lines.
let llm: ScriptedLlm;
let directory: Awaited<ReturnType<typeof temporaryDirectory>>;

beforeAll(async () => {
  [llm, directory] = await Promise.all([createScriptedLlm(), temporaryDirectory()]);
});
afterAll(async () => {
  await llm.close();
  await directory.remove();
});

/** A running system that can be made to go away. */
interface Life {
  leave(): Promise<unknown>;
}

type Start = (env: Readonly<Record<string, string>>) => Promise<Life>;

async function restart(database: TestDatabase, start: Start): Promise<void> {
  const http = `127.0.0.1:${await freePort()}`;
  const env = {
    ...{ MANAGED_RUNNERS: "0", NUM_INTERNAL_WORKERS: "0", HTTP_LISTEN: http, DATABASE_URL: database.url },
    ...{ RUNNER_API_SECRET: pipelineSecret, MAX_CONCURRENCY: "1", PIPELINE_OPERATION_CONCURRENCY: "2" },
    ...{ LLM_BASE_URL: llm.url, CATALOG_ARTIFACT_DIR: directory.path },
  };
  const base = `http://${http}/pipeline`;
  const over = new AbortController();
  let life = await start(env);
  try {
    await seeThrough(base, over.signal, async () => {
      await life.leave();
      life = await start(env);
    });
  } finally {
    over.abort();
    await life.leave();
  }
}

/** Begins runs, calls `again` in their middle, and looks at what became of them. */
async function seeThrough(base: string, signal: AbortSignal, again: () => Promise<void>): Promise<void> {
  const ok = okCaller(pipelineCaller(() => base));
  const logOf = async (run: string) => await ok("GET", `/api/logs/${run}?limit=500`);
  const [release, asked] = [llm.hold("fit_scoring"), llm.questionsOf("fit_scoring").length];
  await ok("PUT", "/api/master-cv/metadata", masterCvMetadata);
  const postings = [...Array(5)].map(newId);
  for (const id of postings) {
    const posting = { title: "Engineering Lead", company: `Windplan ${id}`, description: jobDescription };
    await ok("PUT", `/api/jobs/${id}/document`, posting);
  }
  const batch = await ok("POST", "/api/jobs/full-extraction/batch", { job_ids: postings.slice(0, 3), tier: "B" });
  const bulk = await ok("POST", "/jobs/run-bulk", { job_ids: postings.slice(3) });
  const runs = [...batch.runs, ...bulk.runs].map(({ run_id: run }) => String(run));
  const followers = runs.map((run) => follow({ base, run, signal }));
  const pollers = runs.map((run) => poll({ base, run, signal }));

  // Two operations and one pipeline run are at the model, the others wait; everybody has seen the half of their lines.
  await eventually(() => expect(llm.questionsOf("fit_scoring").length).toBe(asked + 3), { timeoutMs: 20_000 });
  const running = [0, 1, 3];
  await eventually(
    () => {
      for (const index of running)
        for (const watcher of [followers[index], pollers[index]]) expect(watcher?.seen()).toBeGreaterThan(8);
    },
    { timeoutMs: 20_000 },
  );
  expect((await ok("GET", "/queue/state")).stats).toMatchObject({ total_running: 3, total_pending: 2 });
  const before = await Promise.all(runs.map(async (run) => (await logOf(run)).logs as LogEntry[]));

  await again();
  await eventually(() => expect(llm.questionsOf("fit_scoring").length).toBe(asked + 6), { timeoutMs: 60_000 });
  release();
  for (const [index, run] of runs.entries()) {
    const [followed, polled] = await Promise.all([followers[index]?.ended, pollers[index]?.ended]);
    expect([run, followed?.end, polled?.end]).toEqual([run, "completed", "completed"]);
    expect(followed?.lines).toHaveLength(polled?.lines.length ?? 0);
    // What was said before is there once, and the new attempt tells its whole story behind it.
    const { logs, expected_log_count: count } = await logOf(run);
    const messages = (logs as LogEntry[]).map(({ message }) => message);
    expect(messages).toEqual(polled?.lines);
    expect(count).toBe(messages.length);
    expect(logs.slice(0, before[index]?.length)).toEqual(before[index]);
    const attempts = running.includes(index) ? 2 : 1;
    for (const words of [
      /^(?:Starting full-extraction|Run created) for job/,
      /^jd_extraction: success/,
      /^pain_points: success/,
    ])
      expect([words, messages.filter((message) => words.test(message)).length]).toEqual([words, attempts]);
    expect(messages.filter((message) => /^fit_scoring: success/.test(message))).toHaveLength(1);
    // Who comes late is told the same.
    expect((await follow({ base, run, signal }).ended).lines).toEqual(followed?.lines);
    expect((await ok("GET", `/api/jobs/${postings[index]}/document`)).job).toMatchObject({ fit_score: 82 });
  }
  expect((await ok("GET", "/queue/state")).stats).toEqual({
    ...{ total_pending: 0, total_running: 0, total_failed: 0, total_completed_today: runs.length },
  });
}

describe("runs, waiting and half done, outlive", () => {
  it("a stop of the system", { timeout: 120_000 }, async () => {
    const database = await createSystemDatabase();
    await restart(database, async (env) => {
      const system = await startSystemOn(database, env);
      return { leave: () => system.stop() };
    });
    await database.drop();
  });

  it.runIf(process.env["DIALECT_CASES"] === "all")("a kill -9 of all its processes", { timeout: 180_000 }, async () => {
    const database = await createSystemDatabase();
    await restart(database, async (env) => {
      const { pid } = await startSystemProcess(env);
      const family = await familyOf(pid);
      return {
        async leave() {
          for (const member of family) process.kill(member, "SIGKILL");
          await eventually(async () => {
            for (const member of family) expect(await isAlive(member)).toBe(false);
          });
        },
      };
    });
    await database.drop();
  });
});
