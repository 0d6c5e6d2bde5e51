import { Agent } from "node:http";
import { afterAll, beforeAll, expect, it } from "vitest";
import { newPostingId, openRun, pipelineCaller, pipelineSecret, type RunStream } from "./pipeline-calls.js";
import { restCaller } from "./rest-caller.js";
import { createGate, createScriptedWorker, resultWith, type ScriptedWorker } from "./scripted-worker.js";
import { openEvents } from "./task-streams.js";
import { startTestSystem, type TestSystem } from "./test-system.js";

// One job's log as server-sent events to many at once: each of them gets every line, in order, and the end. `npm run test:logs` has 500 followers.

const followers = Number(process.env["SSE_FOLLOWERS"] ?? 20);
const timeout = 60_000 + followers * 500;

let system: TestSystem;
let worker: ScriptedWorker;
let agent: Agent;

beforeAll(async () => {
  system = await startTestSystem({
    ...{ MANAGED_RUNNERS: "0", NUM_INTERNAL_WORKERS: "0", PIPELINE_WORKER: "false" },
    RUNNER_API_SECRET: pipelineSecret,
  });
  worker = createScriptedWorker(system);
  await worker.runner.start();
  // A connection each, kept for the next call.
  agent = new Agent({ keepAlive: true, maxSockets: followers });
});
afterAll(async () => {
  agent.destroy();
  await worker.runner.stop();
  await system.stop();
});

const times = <T>(count: number, make: (n: number) => T): T[] => Array.from({ length: count }, (_, n) => make(n));

it(`${followers} followers of a run, from its start and from its middle on, and again after its end`, {
  timeout,
}, async () => {
  const base = `http://${system.addresses.http}/pipeline`;
  const said = times(600, (n) => (n % 50 === 7 ? `line ${n}\n  of two` : `line ${n}`));
  const [posting, begin, goOn] = [newPostingId(), createGate(), createGate()];
  worker.script(posting, async (context) => {
    await begin.pass(context);
    for (const line of said.slice(0, 300)) context.log().info(line);
    await goOn.pass(context);
    for (const line of said.slice(300)) context.log().info(line);
    return resultWith();
  });
  const started = await pipelineCaller(() => base)("POST", `/api/jobs/${posting}/research-company/start`, {});
  const url = `${base}/api/jobs/operations/${started.body.run_id}/logs`;
  const open = (count: number) => Promise.all(times(count, () => openRun(url, {}, agent)));

  const early = await open(Math.ceil(followers / 2));
  begin.open();
  await Promise.all(early.map((stream) => stream.until(() => expect(stream.lines()).toHaveLength(300))));
  const midway = await open(followers - early.length);
  goOn.open();
  const live = [...early, ...midway];
  await Promise.all(live.map(({ ended }) => ended));
  expect(live.flatMap((stream) => wrongIn(stream, said))).toEqual([]);

  const late = await open(followers);
  await Promise.all(late.map(({ ended }) => ended));
  expect(late.flatMap((stream) => wrongIn(stream, said))).toEqual([]);
});

/** What is wrong with what a follower was told. */
function wrongIn(stream: RunStream, said: readonly string[]): string[] {
  const numbers = stream.events.filter(({ event }) => event === undefined).map(({ id }) => Number(id));
  const lines = stream.lines();
  const end = stream.events.at(-1);
  const wrong: string[] = [];
  if (lines.join("\0") !== said.join("\0")) wrong.push(`${lines.length} lines, the last one ${lines.at(-1)}`);
  if (numbers.some((number, n) => number !== n)) wrong.push("numbers that do not count");
  if (end?.event !== "end" || end.data !== "completed") wrong.push(`the end ${JSON.stringify(end)}`);
  return wrong;
}

it(`${followers} followers of a task`, { timeout }, async () => {
  const base = `http://${system.addresses.http}/task-executor`;
  const call = restCaller(() => base);
  const said = times(30, (n) => `line ${n}`);
  const one = { worker_id: "many", backend_type: "many" };
  expect((await call("POST", "/api/v1/workers/register", one)).status).toBe(201);
  const { body } = await call("POST", "/api/v1/tasks", { problem_id: "p", parameters: { backend_type: "many" } });
  const id = body.id as string;
  await call("POST", "/api/v1/workers/many/claim");
  const streams = await Promise.all(times(followers, () => openEvents(base, id, "", {}, agent)));
  const report = (what: string, content: object) => call("POST", `/api/v1/workers/many/tasks/${id}/${what}`, content);
  for (const message of said) await report("logs", { level: "info", message });
  await report("complete", { answer: 42 });
  await Promise.all(streams.map(({ ended }) => ended));
  const told = streams.map(({ messages }) => ({
    lines: messages.flatMap(({ type, entry }) => (type === "log" ? [entry.message as string] : [])),
    end: [messages.at(-1)?.["type"], messages.at(-1)?.["status"]],
  }));
  expect(told).toEqual(told.map(() => ({ lines: said, end: ["end", "completed"] })));
});
