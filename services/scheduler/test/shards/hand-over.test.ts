import { Outcome_Kind } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import type { JobEvent } from "@switchyard/proto/switchyard/scheduler/v1/event_pb";
import { eventually, type TestDatabase } from "@switchyard/testkit";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { anyKind, createSchedulerDatabase, item } from "../setup.js";
import { createReplicas, namespaceAt, type Replica, type Replicas, spreadEvenly } from "./replicas.js";

let database: TestDatabase;
let replicas: Replicas;

beforeAll(async () => {
  database = await createSchedulerDatabase();
  replicas = createReplicas(4, database);
});
afterEach(() => replicas.stop());
afterAll(async () => {
  await database.drop();
});

/** Nobody dies here: leases, and the patience of calls, that outlast a machine that stands still for seconds. */
const patient = { shardLeaseMs: 15_000 };

/** Submits, claims and ends jobs one after the other until told otherwise; returns how many. A call that fails ends it. */
async function work(replica: Replica, namespace: string, worker: number, signal: AbortSignal): Promise<number> {
  let done = 0;
  for (; !signal.aborted; done++) {
    const { jobs } = await replica.jobs.submitJobs({ namespace, items: [item({ queue: `q${worker}` })] });
    const jobId = jobs[0]?.jobId as string;
    const { leases } = await replica.dispatch.claimJobs({ namespace, runnerId: `r${worker}`, jobId });
    const attempt = { jobId, by: { case: "attempt" as const, value: leases[0]?.attempt ?? 0 } };
    const report = { case: "outcome" as const, value: { kind: Outcome_Kind.SUCCEEDED } };
    const { results } = await replica.dispatch.reportAttempts({ reports: [{ namespace, attempt, report }] });
    if (results[0]?.reason !== 0) throw new Error(`refused: ${results[0]?.message}`);
    await replica.jobs.getJob({ namespace, by: { case: "jobId", value: jobId } });
  }
  return done;
}

describe("a replica that is told to end", () => {
  it("hands its shards over without a failed call, and a watcher misses nothing", async () => {
    const a = await replicas.start("a", patient);
    let b = await replicas.start("b", patient);
    await spreadEvenly([a, b], 2, 2);
    const namespaces = [await namespaceAt(a, "load-a"), await namespaceAt(b, "load-b")];
    const over = new AbortController();
    const workers = namespaces.flatMap((namespace) => [1, 2, 3].map((n) => work(a, namespace, n, over.signal)));
    const failed = Promise.all(workers).then(() => undefined);
    failed.catch(() => over.abort());
    const told: JobEvent[] = [];
    const watching = new AbortController();
    const watch = (async () => {
      const request = { namespace: namespaces[1] as string, afterSequence: 0n };
      for await (const { events } of a.jobs.watchJobs(request, { signal: watching.signal })) told.push(...events);
    })().catch((error: unknown) => {
      if (!watching.signal.aborted) throw error;
    });

    for (let round = 0; round < 2 && !over.signal.aborted; round++) {
      await b.leave();
      await spreadEvenly([a], 4, 4);
      b = await replicas.start("b", patient);
      await spreadEvenly([a, b], 2, 2);
    }
    over.abort();
    await failed;
    const done = await Promise.all(workers);
    expect(Math.min(...done)).toBeGreaterThan(0);
    const jobsOfB = done.slice(3).reduce((sum, count) => sum + count, 0);
    await eventually(() => expect(told.length).toBeGreaterThanOrEqual(jobsOfB * 3));
    watching.abort();
    await watch;
    const sequences = told.map(({ sequence }) => Number(sequence));
    expect(sequences).toEqual([...sequences].sort((x, y) => x - y));
    expect(new Set(sequences).size).toBe(sequences.length);
    await b.leave();
    await a.leave();
  });

  it("answers claims that are held, and calls that come meanwhile", async () => {
    const a = await replicas.start("a", patient);
    const b = await replicas.start("b", patient);
    await spreadEvenly([a, b], 2, 2);
    const namespace = await namespaceAt(b, "held");
    const claim = a.dispatch.claimJobs({ namespace, runnerId: "r", profile: anyKind, wait: { seconds: 15n } });
    // It is at the owner once its runner is known there.
    await eventually(async () => expect((await a.queues.listQueues({ namespace })).queues).toBeDefined());
    const ended = b.leave();
    const { jobs } = await a.jobs.submitJobs({ namespace, items: [item()] });
    expect(jobs).toHaveLength(1);
    const { leases } = await claim;
    expect(leases.length).toBeLessThanOrEqual(1);
    await ended;
    await a.leave();
  });
});
