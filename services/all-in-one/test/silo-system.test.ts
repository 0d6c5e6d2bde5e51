import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRunner } from "@switchyard/client";
import type { HttpGateway } from "@switchyard/http-gateway";
import { eventually } from "@switchyard/testkit";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { startReplica } from "./gateway-replica.js";
import { eventsUntil, openEvents, siloCalls, siloTokens, uniqueWord } from "./silo-calls.js";
import { startTestSystem, type TestSystem } from "./test-system.js";

const folder = mkdtempSync(join(tmpdir(), "silo-definitions-"));
const fromFile = uniqueWord();
let system: TestSystem;
const silo = siloCalls(() => `http://${system.addresses.http}/silo`);
const eventsUrl = (query = "") => `http://${system.addresses.http}/silo/api/events${query}`;

const writeDefinition = (member: string) =>
  writeFileSync(
    join(folder, "thumbnails.yaml"),
    `job:\n  name: ${fromFile}\n  ${member}\n  compute: { type: render, command: thumb, args: { size: 256 } }\n`,
  );

beforeAll(async () => {
  writeDefinition("timeout: 42");
  system = await startTestSystem({
    ...{ MANAGED_RUNNERS: "0", NUM_INTERNAL_WORKERS: "0", SILO_TOKENS: siloTokens, SILO_DEFINITIONS_DIR: folder },
  });
});
afterAll(async () => {
  await system.stop();
  rmSync(folder, { recursive: true });
});

const open: AbortController[] = [];
afterEach(() => {
  for (const controller of open.splice(0)) controller.abort();
});
function reading(options: { readonly lastEventId?: string } = {}) {
  const controller = new AbortController();
  open.push(controller);
  return { signal: controller.signal, ...options };
}
const jobIn = (data: Record<string, unknown>) => data["job"] as Record<string, unknown>;
const isAbout = (job: string, name: string) => (event: { event: string; data: Record<string, unknown> }) =>
  event.event === name && jobIn(event.data)["id"] === job;

describe("definitions from files", () => {
  const version = async () => (await silo.call("GET", `/api/job-definitions/${fromFile}`)).body["version"];

  /** Another replica of the gateway; its start is over when it has tried to prepare its dialects. */
  async function withReplica(use: (gateway: HttpGateway) => Promise<void>): Promise<void> {
    const gateway = await startReplica(system, { SILO_TOKENS: siloTokens, SILO_DEFINITIONS_DIR: folder });
    await use(gateway).finally(() => gateway.stop());
  }

  it("are there when the gateway is, once for all gateways", async () => {
    expect((await silo.call("GET", `/api/job-definitions/${fromFile}`)).body).toMatchObject({
      ...{ name: fromFile, version: 1, timeout: 42, compute: { args: { size: 256 } } },
    });
    await withReplica(async () => expect(await version()).toBe(1));
  });

  it("keep a gateway unready while one of them is none, and change nothing until it is right", async () => {
    writeDefinition("timeout: 43");
    writeFileSync(join(folder, "wrong.yaml"), "job: {}\n");
    await withReplica(async ({ readiness }) => {
      expect([readiness.blockers, await version()]).toEqual([["preparing silo"], 1]);
      rmSync(join(folder, "wrong.yaml"));
      await eventually(() => expect(readiness.ready).toBe(true), { timeoutMs: 10_000 });
      expect(await version()).toBe(2);
    });
  });
});

describe("events", () => {
  it("tell a job's story, each as it was, and are told again behind the last one seen", async () => {
    const tag = await silo.define({ max_retries: 1 });
    const events = await openEvents(eventsUrl(), reading());
    const runner = await silo.makeRunner(tag);
    const job = await silo.makeJob(tag);
    const path = `/api/runner/jobs/${job}`;
    const { token } = runner;
    await silo.call("POST", "/api/runner/claim", { token });
    await silo.call("PUT", `${path}/progress`, { token, body: { progress: 60, message: "half-way" } });
    await silo.call("POST", `${path}/fail`, { token, body: { error: "no disk", retryable: true } });
    await silo.call("POST", "/api/runner/claim", { token });
    await silo.call("POST", `${path}/complete`, { token, body: { result: { ok: true } } });

    const told = await eventsUntil(events, isAbout(job, "job.completed"));
    const story = told.filter(({ data }) => "job" in data);
    expect(story.map(({ event, data }) => [event, jobIn(data)["status"], jobIn(data)["attempt"]])).toEqual([
      ["job.created", "pending", 0],
      ["job.claimed", "claimed", 1],
      ["job.progress", "running", 1],
      ["job.requeued", "pending", 1],
      ["job.claimed", "claimed", 2],
      ["job.completed", "completed", 2],
    ]);
    expect(told.find(({ event }) => event === "runner.online")).toMatchObject({
      id: undefined,
      data: { runner: { id: runner.id, status: "online" }, timestamp: expect.any(String) },
    });
    expect(jobIn(story[2]?.data ?? {})).toMatchObject({
      progress: 60,
      progress_message: "half-way",
      completed_at: null,
    });
    const ids = story.flatMap(({ id }) => (id === undefined ? [] : [Number(id)]));
    expect(ids).toEqual([...ids].sort((a, b) => a - b));
    // Progress is live only.
    expect(story.map(({ id }) => id === undefined)).toEqual([false, false, true, false, false, false]);

    const again = await openEvents(eventsUrl(), reading({ lastEventId: story[1]?.id ?? "" }));
    const replayed = await eventsUntil(again, isAbout(job, "job.completed"));
    expect(replayed.map(({ event, id, data }) => [event, id, jobIn(data)["status"]])).toEqual([
      ["job.requeued", story[3]?.id, "pending"],
      ["job.claimed", story[4]?.id, "claimed"],
      ["job.completed", story[5]?.id, "completed"],
    ]);
  });

  it("of one job are told alone", async () => {
    const tag = await silo.define();
    const [job, foreign] = [await silo.makeJob(tag), await silo.makeJob(tag)];
    const events = await openEvents(eventsUrl(`?job_id=${job.toUpperCase()}`), reading());
    await silo.call("POST", `/api/jobs/${foreign}/cancel`);
    await silo.call("POST", `/api/jobs/${job}/cancel`);
    const told = await eventsUntil(events, () => true);
    expect(told.map(({ event, data }) => [event, jobIn(data)["id"]])).toEqual([["job.cancelled", job]]);
  });

  it("of the past are the last thousand", async () => {
    const client = system.openClient();
    const items = [...Array(1000)].map(() => ({
      spec: { queue: "jobs", kind: "many", requiredLabels: { nobody: "1" } },
    }));
    const { jobs: many } = await client.jobs.submitJobs({ namespace: "silo", items });
    client.close();
    const [first, latest] = [await silo.define().then(silo.makeJob), await silo.define().then(silo.makeJob)];
    const events = await openEvents(eventsUrl(), reading({ lastEventId: "0" }));
    const live = await silo.define().then(silo.makeJob);
    const told = (await eventsUntil(events, isAbout(live, "job.created"))).filter(({ id }) => id !== undefined);
    const about = told.map(({ data }) => jobIn(data)["id"]);
    expect(about).toHaveLength(1001);
    expect(about.slice(-3)).toEqual([first, latest, live]);
    expect(about[0]).toBe(many[2]?.jobId);
  });

  it("end with the client, and refuse who may not read them", async () => {
    await expect(openEvents(eventsUrl(), { ...reading(), token: "nobody" })).rejects.toThrow("401");
    await expect(openEvents(eventsUrl("?job_id=7b0c5a0e-8f0e-4c54-9a9a-3f2f5d5f8a11"), reading())).rejects.toThrow(
      "404",
    );
  });
});

describe("a runner that speaks gRPC", () => {
  it("does a job that was made here, with a job's tags as its labels", async () => {
    const tag = await silo.define({ compute: { type: "t", command: "c", args: { base: 1 } } });
    const client = system.openClient();
    const seen: unknown[] = [];
    const runner = createRunner({
      ...{ client, namespace: "silo", name: "native", labels: { [`tag/${tag}`]: "" } },
      handlers: {
        [tag]: async ({ input, log, progress }) => {
          seen.push(input.json());
          log().warning("from afar", { n: 1 });
          progress({ current: 1, total: 2, message: "half" });
          return { done: true };
        },
      },
    });
    await runner.start();
    try {
      const job = await silo.makeJob(tag, { part_number: "P-9", args: { more: 2 }, metadata: { m: 1 } });
      await eventually(async () => expect((await silo.job(job))["status"]).toBe("completed"), { timeoutMs: 10_000 });
      expect(await silo.job(job)).toMatchObject({ result: { done: true }, progress: 100, attempt: 1, error: null });
      expect(seen).toMatchObject([
        { definition: { name: tag, version: 1 }, args: { base: 1, more: 2 }, part_number: "P-9", metadata: { m: 1 } },
      ]);
      expect(await silo.messages(job)).toEqual(["job created", "job claimed", "from afar", "job completed"]);
      const { body } = await silo.call("GET", "/api/runners");
      expect(body).toEqual(
        expect.arrayContaining([expect.objectContaining({ name: "native", tags: [tag], status: "online" })]),
      );
    } finally {
      await runner.stop();
      client.close();
    }
  });
});
