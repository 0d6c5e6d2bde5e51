import { type Duration, durationFromMs } from "@bufbuild/protobuf/wkt";
import { createPool } from "@switchyard/postgres";
import { type Lease, Outcome_Kind } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { type JobEvent, JobEventType } from "@switchyard/proto/switchyard/scheduler/v1/event_pb";
import { AggregateBy } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import { JobState, JobView } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { MoveNamespaceResponse_Phase as Phase } from "@switchyard/proto/switchyard/scheduler/v1/shard_service_pb";
import { eventually, type TestDatabase } from "@switchyard/testkit";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { dropEvents } from "../../src/store/drop-partitions.js";
import { eventsPerPartition } from "../../src/store/partitions.js";
import type { Term } from "../../src/store/term.js";
import { closedTables, jobTables } from "../../src/store/namespace-tables.js";
import { anyKind, createSchedulerDatabase, item } from "../setup.js";
import { createReplicas, namespaceAt, type Replica, type Replicas, spreadEvenly } from "./replicas.js";

let home: TestDatabase;
let second: TestDatabase;
let replicas: Replicas;
const patient = { shardLeaseMs: 15_000 };

beforeAll(async () => {
  [home, second] = await Promise.all([createSchedulerDatabase(), createSchedulerDatabase()]);
  replicas = createReplicas(2, home, new Map([[1, second]]));
});
afterEach(() => replicas.stop());
afterAll(async () => {
  await Promise.all([home, second].map((database) => database.drop()));
});

async function ask<Row extends object>({ url }: TestDatabase, text: string): Promise<Row[]> {
  const pool = createPool({ url, max: 1, applicationName: "test" });
  try {
    return (await pool.query<Row>(text)).rows;
  } finally {
    await pool.close();
  }
}

const namespaceTables = [
  ...[...jobTables, ...closedTables, "requests", "past_shards", "arrivals", "departures"],
  "job_blocks",
];

async function shardOf(by: Replica, namespace: string): Promise<number> {
  return (await by.shards.locateNamespaces({ namespaces: [namespace] })).locations[0]?.shard as number;
}

async function move(by: Replica, namespace: string, shard: number): Promise<Phase[]> {
  const phases = new Set<Phase>();
  for await (const { phase } of by.shards.moveNamespace({ namespace, shard })) phases.add(phase);
  return [...phases];
}

/** The rows of all tables of a database that are of no namespace which lives there. */
async function leftovers(database: TestDatabase): Promise<string[]> {
  const counts = namespaceTables.map(
    (table) =>
      `select '${table}' as name, count(*) as n from scheduler.${table} where ns not in (select id from scheduler.namespaces)`,
  );
  const rows = await ask<{ name: string; n: number }>(
    database,
    `${counts.join(" union all ")} union all select 'events', count(*) from scheduler.events
       where shard < 0 and -shard not in (select id from scheduler.namespaces)`,
  );
  return rows.filter(({ n }) => Number(n) > 0).map(({ name, n }) => `${name}: ${n}`);
}

/** Ends attempts well. */
async function complete(by: Replica, namespace: string, leases: readonly Lease[]): Promise<string[]> {
  const reports = leases.map(({ jobId, attempt }) => ({
    namespace,
    attempt: { jobId, by: { case: "attempt" as const, value: attempt } },
    report: { case: "outcome" as const, value: { kind: Outcome_Kind.SUCCEEDED } },
  }));
  const { results } = await by.dispatch.reportAttempts({ reports });
  expect(results.map(({ reason }) => reason)).toEqual(leases.map(() => 0));
  return leases.map(({ jobId }) => jobId);
}

async function claim(by: Replica, namespace: string, more: { maxJobs?: number; wait?: Duration } = {}) {
  return (await by.dispatch.claimJobs({ namespace, runnerId: "r", profile: anyKind, ...more })).leases;
}

/** All that lists, sums and counts say of a namespace. */
async function history(by: Replica, namespace: string) {
  const { jobs } = await by.jobs.listJobs({ namespace, pageSize: 1_000, view: JobView.FULL });
  const { groups } = await by.jobs.aggregateJobs({ namespace, groupBy: [AggregateBy.QUEUE] });
  const { limits } = await by.queues.listLimits({ namespace });
  const { schedules } = await by.queues.listSchedules({ namespace });
  // A lease goes on, at the next owner for a moment longer or shorter.
  for (const { lastAttempt, attempts } of jobs)
    for (const attempt of [lastAttempt, ...attempts]) delete attempt?.leaseExpireTime;
  return { jobs, groups, limits, schedules };
}

/** As many events as are asked for, from the first on. */
async function firstEvents(by: Replica, namespace: string, count: number): Promise<JobEvent[]> {
  const told: JobEvent[] = [];
  for await (const { events } of by.jobs.watchJobs({ namespace, afterSequence: 0n })) {
    told.push(...events);
    if (told.length >= count) break;
  }
  return told.slice(0, count);
}

const named = (events: readonly JobEvent[]) => events.map(({ sequence, jobId, type }) => [sequence, jobId, type]);
const whole = [Phase.COPYING, Phase.CLOSED, Phase.CLEANING, Phase.MOVED];

/** Makes a namespace whose first shard is this one, and gives it one job in each state. */
async function usedNamespace(
  by: Replica,
  prefix: string,
  shard: number,
): Promise<{ namespace: string; running: Lease }> {
  const names = Array.from({ length: 50 }, (_, i) => `${prefix}-${i}`);
  const { locations } = await by.shards.locateNamespaces({ namespaces: names });
  const namespace = locations.find((location) => location.shard === shard)?.namespace as string;
  const { jobs } = await by.jobs.submitJobs({
    namespace,
    items: [item(), item(), item()],
    requestId: `${prefix}-first`,
  });
  const [ended, running] = await claim(by, namespace, { maxJobs: 2 });
  await complete(by, namespace, [ended as Lease]);
  expect(jobs).toHaveLength(3);
  return { namespace, running: running as Lease };
}

describe("a namespace that is moved to another database", () => {
  it("has no rows in tables that a move does not know", async () => {
    const rows = await ask<{ name: string }>(
      home,
      `select relname as name from pg_class join pg_attribute on attrelid = pg_class.oid
       where relnamespace = 'scheduler'::regnamespace and attname = 'ns' and relkind in ('r', 'p') and not relispartition`,
    );
    expect(rows.map(({ name }) => name).sort()).toEqual([...namespaceTables].sort());
  });

  it("loses nothing while it is in use, there and back", async () => {
    const a = await replicas.start("a", patient);
    const b = await replicas.start("b", patient);
    await spreadEvenly([a, b], 1, 1);
    const namespace = await namespaceAt(a, "used");
    const source = await shardOf(a, namespace);
    const { jobs: first } = await a.jobs.submitJobs({ namespace, items: [item()] });
    const told: JobEvent[] = [];
    const watching = new AbortController();
    const watch = (async () => {
      const request = { namespace, afterSequence: 0n };
      for await (const { events } of b.jobs.watchJobs(request, { signal: watching.signal })) told.push(...events);
    })().catch((error: unknown) => {
      if (!watching.signal.aborted) throw error;
    });
    const over = new AbortController();
    const submitted = first.map(({ jobId }) => jobId);
    const completed: string[] = [];
    const submit = (async () => {
      while (!over.signal.aborted) {
        const { jobs } = await b.jobs.submitJobs({ namespace, items: [item(), item()] });
        submitted.push(...jobs.map(({ jobId }) => jobId));
        // Others shall have the machine too.
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    })();
    const work = (async () => {
      while (!over.signal.aborted) {
        const leases = await claim(a, namespace, { wait: durationFromMs(200) });
        if (leases.length > 0) completed.push(...(await complete(a, namespace, leases)));
      }
    })();
    const more = async () => {
      const [jobs, ends] = [submitted.length, completed.length];
      await eventually(() => {
        expect(submitted.length).toBeGreaterThan(jobs + 4);
        expect(completed.length).toBeGreaterThan(ends + 2);
      });
    };
    await more();
    expect(await move(b, namespace, 1 - source)).toEqual(whole);
    expect(await shardOf(b, namespace)).toBe(1 - source);
    await more();
    expect(await move(a, namespace, source)).toEqual(whole);
    await more();
    over.abort();
    await Promise.all([submit, work]);
    expect([await leftovers(home), await leftovers(second)]).toEqual([[], []]);

    const { jobs } = await b.jobs.listJobs({ namespace, pageSize: 1_000 });
    expect(jobs.map(({ id }) => id).sort()).toEqual([...submitted].sort());
    const succeeded = jobs.filter(({ state }) => state === JobState.SUCCEEDED);
    expect(succeeded.map(({ id }) => id).sort()).toEqual([...completed].sort());
    const ofType = (type: JobEventType) => told.filter((event) => event.type === type).map(({ jobId }) => jobId);
    await eventually(() => {
      expect(ofType(JobEventType.SUBMITTED).sort()).toEqual([...submitted].sort());
      expect(ofType(JobEventType.ENDED).sort()).toEqual([...completed].sort());
    });
    watching.abort();
    await watch;
    const sequences = told.map(({ sequence }) => Number(sequence));
    expect(sequences).toEqual([...new Set(sequences)].sort((x, y) => x - y));
    // And whoever comes late is told the same.
    expect(named(await firstEvents(a, namespace, told.length))).toEqual(named(told));
  });

  it("has the same history, settings, leases and known requests as before", async () => {
    const a = await replicas.start("a", patient);
    const { namespace, running } = await usedNamespace(a, "same", 0);
    await a.queues.setLimits({ namespace, limits: [{ key: "db", seats: 2 }] });
    await a.queues.createSchedule({
      schedule: { namespace, name: "yearly", cron: "0 0 1 1 *", spec: { kind: "k" } },
    });
    const before = await history(a, namespace);
    expect([before.jobs.length, before.limits.length, before.schedules.length]).toEqual([3, 1, 1]);
    const events = await firstEvents(a, namespace, 6);
    expect(await move(a, namespace, 1)).toEqual(whole);
    expect(await history(a, namespace)).toEqual(before);
    expect(named(await firstEvents(a, namespace, 6))).toEqual(named(events));
    const repeat = await a.jobs.submitJobs({ namespace, items: [item(), item(), item()], requestId: "same-first" });
    expect(repeat.jobs.map(({ jobId }) => jobId).sort()).toEqual(before.jobs.map(({ id }) => id).sort());
    await complete(a, namespace, [running]);
    // A new job has a number of its own.
    const { jobs } = await a.jobs.submitJobs({ namespace, items: [item()] });
    expect((await a.jobs.listJobs({ namespace })).jobs).toHaveLength(4);
    expect(before.jobs.map(({ id }) => id)).not.toContain(jobs[0]?.jobId);
    expect(await ask(home, `select from scheduler.namespaces where name = '${namespace}'`)).toEqual([]);
    expect([await leftovers(home), await leftovers(second)]).toEqual([[], []]);
    expect(await move(a, namespace, 1)).toEqual([Phase.CLEANING, Phase.MOVED]);
  });

  it("is copied anew when the move broke off before its commit", async () => {
    const a = await replicas.start("a", patient);
    const { namespace } = await usedNamespace(a, "before", 0);
    // The caller goes while history is copied.
    for await (const { phase } of a.shards.moveNamespace({ namespace, shard: 1 })) if (phase === Phase.COPYING) break;
    await a.jobs.submitJobs({ namespace, items: [item()] });
    // And then the commit fails: all is copied and the namespace closed.
    await ask(
      home,
      `create function fail() returns trigger language plpgsql as $$ begin raise exception 'broken off'; end $$;
       create trigger fail before update of shard on scheduler.placements for each row when (new.shard <> old.shard) execute function fail()`,
    );
    await expect(move(a, namespace, 1)).rejects.toThrow();
    await ask(home, "drop function fail cascade");
    expect(await leftovers(second)).not.toEqual([]);
    await a.jobs.submitJobs({ namespace, items: [item()] });
    const before = await history(a, namespace);
    expect(before.jobs).toHaveLength(5);
    expect(await move(a, namespace, 1)).toEqual(whole);
    expect(await history(a, namespace)).toEqual(before);
    expect([await leftovers(home), await leftovers(second)]).toEqual([[], []]);
  });

  it("is taken in and the source cleaned although the move broke off behind its commit", async () => {
    const a = await replicas.start("a", patient);
    const { namespace } = await usedNamespace(a, "behind", 0);
    const before = await history(a, namespace);
    await ask(
      second,
      `create function fail() returns trigger language plpgsql as $$ begin raise exception 'broken off'; end $$;
       create trigger fail before insert on scheduler.namespaces for each row execute function fail()`,
    );
    await expect(move(a, namespace, 1)).rejects.toThrow();
    await a.leave();
    await ask(second, "drop function fail cascade");
    // The owner of the source has noted that the namespace is gone. Had it died before, the next one would find this.
    await ask(
      home,
      `insert into scheduler.namespaces (id, name, shard) overriding system value select ns, name, shard from scheduler.departures;
       update scheduler.departures set gone = false`,
    );
    const b = await replicas.start("b", patient);
    expect(await history(b, namespace)).toEqual(before);
    await b.jobs.submitJobs({ namespace, items: [item()] });
    expect(await leftovers(home)).not.toEqual([]);
    expect(await move(b, namespace, 1)).toEqual([Phase.CLEANING, Phase.MOVED]);
    expect([await leftovers(home), await leftovers(second)]).toEqual([[], []]);
    expect((await b.jobs.listJobs({ namespace })).jobs).toHaveLength(4);
  });

  it("keeps its earlier events as long as others, and tells of those that are gone", async () => {
    const stretch = 3;
    await ask(home, `update scheduler.shards set sequence_floor = ${stretch * eventsPerPartition}`);
    const a = await replicas.start("a", patient);
    const { namespace } = await usedNamespace(a, "dropped", 0);
    expect(await move(a, namespace, 1)).toEqual(whole);
    const pool = createPool({ url: second.url, max: 1, applicationName: "test" });
    const [term] = (await pool.query<Term>("select shard, epoch from scheduler.shards where shard = 1")).rows;
    const dropped = (keepFromMs: number) => dropEvents(pool, term as Term, stretch, keepFromMs);
    expect(await dropped(Date.now() - 60_000)).toBe(false);
    const [first] = await firstEvents(a, namespace, 1);
    expect(first?.type).toBe(JobEventType.SUBMITTED);
    expect(await dropped(Date.now() + 60_000)).toBe(true);
    await pool.close();
    for await (const { events } of a.jobs.watchJobs({ namespace, afterSequence: first?.sequence ?? 0n })) {
      expect(events.map(({ type }) => type)).toEqual([JobEventType.OVERRUN]);
      break;
    }
  });
});
