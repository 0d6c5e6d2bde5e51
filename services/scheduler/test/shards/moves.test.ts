import { MoveNamespaceResponse_Phase as Phase } from "@switchyard/proto/switchyard/scheduler/v1/shard_service_pb";
import type { JobEvent } from "@switchyard/proto/switchyard/scheduler/v1/event_pb";
import { createPool } from "@switchyard/postgres";
import { eventually, type TestDatabase } from "@switchyard/testkit";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { InterceptFlush } from "../../src/domain/shard/term-lanes.js";
import { ensureNamespace } from "../../src/store/load-shard.js";
import { anyKind, createSchedulerDatabase, item } from "../setup.js";
import { because } from "../test-namespace.js";
import { createReplicas, namespaceAt, type Replica, type Replicas, spreadEvenly } from "./replicas.js";

let database: TestDatabase;
let replicas: Replicas;
const patient = { shardLeaseMs: 15_000 };

beforeAll(async () => {
  database = await createSchedulerDatabase();
  replicas = createReplicas(4, database);
});
afterEach(() => replicas.stop());
afterAll(() => database.drop());

async function move(by: Replica, namespace: string, shard: number): Promise<Phase[]> {
  const phases: Phase[] = [];
  for await (const { phase } of by.shards.moveNamespace({ namespace, shard })) phases.push(phase);
  return phases;
}

describe("a namespace that was stored, and of which no memory tells since the answer was lost", () => {
  it("is loaded when somebody comes for it", async () => {
    const a = await replicas.start("a", patient);
    const namespace = "unheard-of";
    const { locations } = await a.shards.locateNamespaces({ namespaces: [namespace] });
    const pool = createPool({ url: database.url, max: 1, applicationName: "test" });
    await ensureNamespace(pool, namespace, locations[0]?.shard as number);
    await pool.query("insert into scheduler.placements (name, shard) values ($1, $2)", [
      namespace,
      locations[0]?.shard,
    ]);
    await pool.close();
    expect((await a.jobs.listJobs({ namespace })).jobs).toEqual([]);
    await a.jobs.submitJobs({ namespace, items: [item()] });
    expect((await a.jobs.listJobs({ namespace })).jobs).toHaveLength(1);
  });
});

describe("a namespace that is moved to another shard of its database", () => {
  it("keeps its jobs, numbers and events, and is in use all the time", async () => {
    const a = await replicas.start("a", patient);
    const b = await replicas.start("b", patient);
    await spreadEvenly([a, b], 2, 2);
    const namespace = await namespaceAt(a, "moved");
    const source = (await a.shards.locateNamespaces({ namespaces: [namespace] })).locations[0]?.shard as number;
    const [target] = await b.owned();
    const { jobs: first } = await b.jobs.submitJobs({ namespace, items: [item(), item()] });
    await b.dispatch.claimJobs({ namespace, runnerId: "r", jobId: first[0]?.jobId as string });

    const told: JobEvent[] = [];
    const watching = new AbortController();
    const watch = (async () => {
      const request = { namespace, afterSequence: 0n };
      for await (const { events } of b.jobs.watchJobs(request, { signal: watching.signal })) told.push(...events);
    })().catch((error: unknown) => {
      if (!watching.signal.aborted) throw error;
    });
    const over = new AbortController();
    const submitted: string[] = [];
    const worker = (async () => {
      while (!over.signal.aborted) {
        const { jobs } = await b.jobs.submitJobs({ namespace, items: [item()] });
        submitted.push(jobs[0]?.jobId as string);
      }
    })();
    await eventually(() => expect(submitted.length).toBeGreaterThan(2));
    // The move is asked of the replica that has neither the namespace nor anything to do with it but the target.
    expect(await move(b, namespace, target as number)).toEqual([Phase.CLOSED, Phase.CLEANING, Phase.MOVED]);
    const before = submitted.length;
    await eventually(() => expect(submitted.length).toBeGreaterThan(before + 2));
    expect(await move(a, namespace, source)).toEqual([Phase.CLOSED, Phase.CLEANING, Phase.MOVED]);
    const again = submitted.length;
    await eventually(() => expect(submitted.length).toBeGreaterThan(again + 2));
    expect(await move(a, namespace, source)).toEqual([Phase.CLEANING, Phase.MOVED]);
    over.abort();
    await worker;

    const ids = [...first.map(({ jobId }) => jobId), ...submitted];
    expect(new Set(ids).size).toBe(ids.length);
    const { jobs } = await b.jobs.listJobs({ namespace, pageSize: 1_000 });
    expect(jobs.map(({ id }) => id).sort()).toEqual([...ids].sort());
    await eventually(() => expect(told.length).toBeGreaterThanOrEqual(ids.length + 1));
    watching.abort();
    await watch;
    const sequences = told.map(({ sequence }) => Number(sequence));
    expect(sequences).toEqual([...new Set(sequences)].sort((x, y) => x - y));
    // And whoever comes late is told the same.
    const late: JobEvent[] = [];
    for await (const { events } of a.jobs.watchJobs({ namespace, afterSequence: 0n })) {
      late.push(...events);
      if (late.length >= told.length) break;
    }
    expect(late.map(({ sequence, jobId }) => [sequence, jobId])).toEqual(
      told.map(({ sequence, jobId }) => [sequence, jobId]),
    );
    // The lease of the job that was running goes on.
    const renewal = {
      namespace,
      runnerId: "r",
      attempts: [{ jobId: first[0]?.jobId as string, by: { case: "attempt" as const, value: 1 } }],
    };
    const { results } = await b.dispatch.renewLeases({ renewals: [renewal] });
    expect(results[0]?.statuses[0]?.timeToLive).toBeDefined();
    expect((await a.dispatch.claimJobs({ namespace, runnerId: "s", profile: anyKind })).leases).toHaveLength(1);
  });

  it("stays while a write of its shard may be on its way still, and goes when the move is repeated", async () => {
    let isCutOff = false;
    const answerLost = new AbortController();
    const interceptFlush: InterceptFlush = (lane, flush) =>
      lane !== "progress"
        ? flush
        : async (writer, items) => {
            if (!isCutOff) return flush(writer, items);
            await new Promise((resolve) => answerLost.signal.addEventListener("abort", resolve));
            throw new Error("the answer was lost");
          };
    const a = await replicas.start("a", patient, { interceptFlush });
    const namespace = "not-yet";
    const { jobs } = await a.jobs.submitJobs({ namespace, items: [item()] });
    const jobId = jobs[0]?.jobId as string;
    await a.dispatch.claimJobs({ namespace, runnerId: "r", jobId });
    const { locations } = await a.shards.locateNamespaces({ namespaces: [namespace] });
    const source = locations[0]?.shard as number;
    const target = (source + 1) % 4;

    isCutOff = true;
    const attempt = { jobId, by: { case: "attempt" as const, value: 1 } };
    const report = { case: "progress" as const, value: { progress: { current: 1 } } };
    await a.dispatch.reportAttempts({ reports: [{ namespace, attempt, report }] });
    const moving = move(a, namespace, target);
    // The term has ended, and waits for the lane.
    await eventually(async () => expect(await a.owned()).not.toContain(source));
    isCutOff = false;
    answerLost.abort();
    await expect(moving).rejects.toSatisfy(because("SHARD_LOST"));
    const { locations: unchanged } = await a.shards.locateNamespaces({ namespaces: [namespace] });
    expect(unchanged[0]?.shard).toBe(source);

    expect((await move(a, namespace, target)).slice(-2)).toEqual([Phase.CLEANING, Phase.MOVED]);
    const { results } = await a.dispatch.renewLeases({ renewals: [{ namespace, runnerId: "r", attempts: [attempt] }] });
    expect(results[0]?.statuses[0]?.timeToLive).toBeDefined();
  });

  it("is found although the move broke off behind the row of the namespace, before that of its placement", async () => {
    const a = await replicas.start("a", patient);
    const namespace = "half-moved";
    await a.jobs.submitJobs({ namespace, items: [item()] });
    const { locations } = await a.shards.locateNamespaces({ namespaces: [namespace] });
    const source = locations[0]?.shard as number;
    const target = (source + 1) % 4;
    await move(a, namespace, target);
    const pool = createPool({ url: database.url, max: 1, applicationName: "test" });
    await pool.query("update scheduler.placements set shard = $2 where name = $1", [namespace, source]);
    await a.leave();
    const b = await replicas.start("b", patient);
    expect((await b.jobs.listJobs({ namespace })).jobs).toHaveLength(1);
    await b.jobs.submitJobs({ namespace, items: [item()] });
    expect((await b.jobs.listJobs({ namespace })).jobs).toHaveLength(2);
    const { rows } = await pool.query("select shard from scheduler.placements where name = $1", [namespace]);
    expect(rows).toEqual([{ shard: target }]);
    await pool.close();
    // And a move that is repeated only says that it is done.
    expect(await move(b, namespace, target)).toEqual([Phase.CLEANING, Phase.MOVED]);
  });

  it("must have been used, and the shard must be there", async () => {
    const a = await replicas.start("a", patient);
    await expect(move(a, "never-used", 1)).rejects.toSatisfy(because("NAMESPACE_NOT_FOUND"));
    await a.jobs.submitJobs({ namespace: "used", items: [item()] });
    await expect(move(a, "used", 77)).rejects.toSatisfy(because("INVALID_ARGUMENT"));
  });
});
