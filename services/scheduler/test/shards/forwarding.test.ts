import { create } from "@bufbuild/protobuf";
import { Outcome_Kind } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import type { WatchJobsResponse } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import { JobSpecSchema, JobState } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import type { TestDatabase } from "@switchyard/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { anyKind, createSchedulerDatabase, item } from "../setup.js";
import { because } from "../test-namespace.js";
import { createReplicas, namespaceAt, type Replica, type Replicas, spreadEvenly } from "./replicas.js";

let database: TestDatabase;
let replicas: Replicas;
let here: Replica;
let there: Replica;

beforeAll(async () => {
  database = await createSchedulerDatabase();
  replicas = createReplicas(4, database);
  here = await replicas.start("here");
  there = await replicas.start("there");
  await spreadEvenly([here, there], 2, 2);
});
afterAll(async () => {
  await replicas.stop();
  await database.drop();
});

const outcome = (namespace: string, jobId: string) => ({
  namespace,
  attempt: { jobId, by: { case: "attempt" as const, value: 1 } },
  report: { case: "outcome" as const, value: { kind: Outcome_Kind.SUCCEEDED } },
});

describe("any replica takes any call", () => {
  it("about jobs, queues, schedules and attempts, and says who has answered", async () => {
    const namespace = await namespaceAt(there, "calls");
    let owner: string | null = null;
    const { jobs } = await here.jobs.submitJobs(
      { namespace, items: [item()] },
      { onHeader: (headers) => (owner = headers.get("switchyard-owner")) },
    );
    expect(owner).toBe(there.address);
    const jobId = jobs[0]?.jobId as string;
    expect((await here.jobs.getJob({ namespace, by: { case: "jobId", value: jobId } })).job?.id).toBe(jobId);
    expect((await there.jobs.listJobs({ namespace })).jobs).toHaveLength(1);

    await here.queues.pauseQueue({ namespace, name: "default" });
    const spec = create(JobSpecSchema, { kind: "test.work" });
    await here.queues.createSchedule({ schedule: { namespace, name: "daily", cron: "0 0 * * *", spec } });
    expect((await there.queues.listSchedules({ namespace })).schedules).toHaveLength(1);
    await here.queues.resumeQueue({ namespace, name: "default" });

    const { leases } = await here.dispatch.claimJobs({ namespace, runnerId: "r", profile: anyKind });
    expect(leases.map((lease) => lease.jobId)).toEqual([jobId]);
    const { results } = await here.dispatch.reportAttempts({ reports: [outcome(namespace, jobId)] });
    expect(results[0]?.attempt).toBe(1);
  });

  it("and passes refusals on as they are", async () => {
    const namespace = await namespaceAt(there, "refused");
    await here.jobs.submitJobs({ namespace, items: [item()] });
    await expect(
      here.jobs.getJob({ namespace, by: { case: "jobId", value: "00000000-0000-7000-8000-000000000000" } }),
    ).rejects.toSatisfy(because("MALFORMED_ID"));
    await expect(here.jobs.submitJobs({ namespace: "Not A Name", items: [item()] })).rejects.toSatisfy(
      because("INVALID_ARGUMENT"),
    );
  });

  it("holds a claim at the owner until there is work", async () => {
    const namespace = await namespaceAt(there, "held");
    const claim = here.dispatch.claimJobs({ namespace, runnerId: "r", profile: anyKind, wait: { seconds: 10n } });
    const { jobs } = await there.jobs.submitJobs({ namespace, items: [item()] });
    expect((await claim).leases.map(({ jobId }) => jobId)).toEqual([jobs[0]?.jobId]);
  });

  it("and follows the events of a namespace over the owner", async () => {
    const namespace = await namespaceAt(there, "watched");
    const { jobs } = await there.jobs.submitJobs({ namespace, items: [item()] });
    const jobId = jobs[0]?.jobId as string;
    const told: WatchJobsResponse[] = [];
    const watch = (async () => {
      for await (const message of here.jobs.watchJobs({
        namespace,
        afterSequence: 0n,
        jobIds: [jobId],
        untilFinal: true,
      }))
        told.push(message);
    })();
    await here.dispatch.claimJobs({ namespace, runnerId: "r", profile: anyKind });
    await here.dispatch.reportAttempts({ reports: [outcome(namespace, jobId)] });
    await watch;
    expect(told.flatMap(({ events }) => events.map((event) => event.jobId))).toEqual(
      Array(told.flatMap(({ events }) => events).length).fill(jobId),
    );
    expect(told.flatMap(({ events }) => events).length).toBeGreaterThanOrEqual(3);
  });
});

describe("a batch of items of several owners", () => {
  it("is answered in its order", async () => {
    const namespaces = [await namespaceAt(here, "mixed-a"), await namespaceAt(there, "mixed-b")] as const;
    const ids: [string, string][] = [];
    for (let i = 0; i < 6; i++) {
      const namespace = namespaces[i % 2] as string;
      const { jobs } = await here.jobs.submitJobs({ namespace, items: [item()] });
      await here.dispatch.claimJobs({ namespace, runnerId: `r${i}`, profile: anyKind });
      ids.push([namespace, jobs[0]?.jobId as string]);
    }
    const renewals = ids.map(([namespace, jobId], i) => ({
      namespace,
      runnerId: `r${i}`,
      attempts: [{ jobId, by: { case: "attempt" as const, value: 1 } }],
    }));
    for (const asked of [here, there]) {
      const { results } = await asked.dispatch.renewLeases({ renewals });
      expect(results.map(({ statuses }) => statuses[0]?.jobId)).toEqual(ids.map(([, id]) => id));
      expect(results.every(({ statuses }) => statuses[0]?.timeToLive !== undefined)).toBe(true);
    }
    const { results } = await here.dispatch.reportAttempts({
      reports: ids.map(([namespace, jobId]) => outcome(namespace, jobId)),
    });
    expect(results.map(({ attempt }) => attempt)).toEqual([1, 1, 1, 1, 1, 1]);
    for (const [namespace, jobId] of ids) {
      const { job } = await there.jobs.getJob({ namespace, by: { case: "jobId", value: jobId } });
      expect(job?.state).toBe(JobState.SUCCEEDED);
    }
  });
});

describe("a session of demand", () => {
  it("is with the shard that it names, whichever replica is called", async () => {
    const namespace = await namespaceAt(there, "session");
    const { locations } = await here.shards.locateNamespaces({ namespaces: [namespace] });
    const shard = locations[0]?.shard as number;
    const demand = { namespace, runnerId: "r", credit: 1n, profile: anyKind };
    const held = here.dispatch.syncCapacity({
      ...{ sessionId: "s", revision: 1n, full: true, demands: [demand], shard },
      hold: { seconds: 10n },
    });
    const { jobs } = await here.jobs.submitJobs({ namespace, items: [item()] });
    expect((await held).leases.map((lease) => lease.jobId)).toEqual([jobs[0]?.jobId]);
  });

  it("is told where a namespace lives that is not in its shard, and that there is no such shard", async () => {
    const namespace = await namespaceAt(there, "elsewhere");
    const shard = (await here.shards.locateNamespaces({ namespaces: [namespace] })).locations[0]?.shard as number;
    const [other] = await here.owned();
    const demand = { namespace, runnerId: "r", credit: 1n, profile: anyKind };
    const call = (of: number) =>
      here.dispatch.syncCapacity({ sessionId: "t", revision: 1n, full: true, demands: [demand], shard: of });
    await expect(call(other as number)).rejects.toSatisfy(because("NOT_OWNER"));
    await expect(call(other as number)).rejects.toThrow(`lives in shard ${shard}`);
    await expect(call(99)).rejects.toSatisfy(because("INVALID_ARGUMENT"));
  });
});

describe("a call that was forwarded", () => {
  it("is answered by the owner and by nobody else", async () => {
    const namespace = await namespaceAt(there, "loop");
    const headers = { "switchyard-forwarded": "somebody" };
    await expect(here.jobs.submitJobs({ namespace, items: [item()] }, { headers })).rejects.toSatisfy(
      because("NOT_OWNER"),
    );
    await expect(here.dispatch.reportAttempts({ reports: [outcome(namespace, "x")] }, { headers })).rejects.toSatisfy(
      because("NOT_OWNER"),
    );
    await there.jobs.submitJobs({ namespace, items: [item()] }, { headers });
    expect((await here.jobs.listJobs({ namespace })).jobs).toHaveLength(1);
  });
});
