import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { reasonOf } from "@switchyard/errors";
import { createPool, type Pool, SQLSTATE, sqlstateOf } from "@switchyard/postgres";
import { Outcome_Kind } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { JobState, RetentionClass } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { ListOrder } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import { eventually, type TestDatabase } from "@switchyard/testkit";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bucketAt, dayAt, dayMs, familyFor, keepFamily } from "../src/domain/core/retention-bucket.js";
import { dropBucket } from "../src/store/drop-partitions.js";
import {
  anyKind,
  createSchedulerDatabase,
  item,
  createMovableClock,
  repeating,
  startScheduler,
  type TestScheduler,
} from "./setup.js";

const clock = createMovableClock();
const standard = familyFor(30);
let database: TestDatabase;
let system: TestScheduler;
let pool: Pool;

beforeAll(async () => {
  database = await createSchedulerDatabase();
  // A minute before midnight.
  clock.passTo((dayAt(clock.now()) + 2) * dayMs - 60_000);
  system = await startScheduler(database, { shardLeaseMs: 300, historyIntervalMs: 20 }, { clock });
  pool = createPool({ url: database.url, applicationName: "history-test", log: pino({ level: "silent" }) });
});
afterAll(async () => {
  await pool.close();
  await system.stop();
  await database.drop();
});

/** As the rounds do it: a drop that had to wait for too long is tried again. */
async function droppedAtLast(...args: Parameters<typeof dropBucket>): Promise<boolean> {
  for (;;) {
    try {
      return await dropBucket(...args);
    } catch (error) {
      if (sqlstateOf(error) !== SQLSTATE.lockTimeout) throw error;
    }
  }
}

async function tables(): Promise<string[]> {
  const { rows } = await pool.query<{ name: string }>(
    "select relname as name from pg_class where relnamespace = 'scheduler'::regnamespace and relispartition and relkind = 'r'",
  );
  return rows.map(({ name }) => name);
}

async function submit(namespace: string, spec: Parameters<typeof item>[0] = {}, count = 1): Promise<string[]> {
  const items = Array.from({ length: count }, () => item(spec));
  const { jobs } = await repeating(() => system.jobs.submitJobs({ namespace, items }));
  return jobs.map(({ jobId }) => jobId);
}

async function finish(namespace: string, jobId: string): Promise<void> {
  const { leases } = await repeating(() => system.dispatch.claimJobs({ namespace, runnerId: "r", jobId }));
  const attempt = { jobId, by: { case: "attempt" as const, value: leases[0]?.attempt ?? 0 } };
  const report = { case: "outcome" as const, value: { kind: Outcome_Kind.SUCCEEDED } };
  const { results } = await repeating(() =>
    system.dispatch.reportAttempts({ reports: [{ namespace, attempt, report }] }),
  );
  expect(results[0]?.reason).toBe(0);
}

/**
 * Returns when the history was kept twice from beginning to end, so at least once with the present time. The last thing that a round does is to
 * delete progress without an attempt.
 */
async function twoRounds(): Promise<void> {
  for (let round = 0; round < 2; round++) {
    await pool.query(
      "insert into scheduler.progress (ns, serial, attempt, data) select id, 1000000, 1, '' from scheduler.namespaces limit 1",
    );
    await eventually(async () => {
      expect((await pool.query("select from scheduler.progress where serial = 1000000")).rowCount).toBe(0);
    });
  }
}

/** The epoch; it stays the same as long as no write of the term fails. */
const epoch = async () => (await repeating(() => system.jobs.getStatus({}))).shards[0]?.epoch;

const get = async (namespace: string, jobId: string) =>
  (await repeating(() => system.jobs.getJob({ namespace, by: { case: "jobId", value: jobId } }))).job;

const expectGone = (namespace: string, jobId: string) =>
  eventually(() =>
    expect(get(namespace, jobId)).rejects.toSatisfy((error) => {
      expect(reasonOf(error)).toBe("JOB_NOT_FOUND");
      return true;
    }),
  );

async function list(
  namespace: string,
  orderBy: ListOrder,
  pageSize: number,
  states: readonly JobState[] = [],
): Promise<number[]> {
  const serials: number[] = [];
  for (let pageToken = ""; ; ) {
    const page = await repeating(() =>
      system.jobs.listJobs({ namespace, orderBy, pageSize, pageToken, filter: { states: [...states] } }),
    );
    serials.push(...page.jobs.map(({ serial }) => Number(serial)));
    pageToken = page.nextPageToken;
    if (pageToken === "") return serials;
  }
}

/** Lists by time of creation, in both orders, of jobs of which three were made on each day. */
async function listsByTime(namespace: string, ids: readonly string[]): Promise<void> {
  const days = await Promise.all(ids.filter((_, i) => i % 3 === 0).map((jobId) => get(namespace, jobId)));
  const beginOf = (day: number) => {
    const time = days[day]?.createTime;
    // Filters know milliseconds.
    return time && timestampFromMs(Number(time.seconds) * 1_000 + Math.floor(time.nanos / 1e6));
  };
  for (const [from, before] of [
    [0, days.length],
    [1, 2],
    [2, 8],
    [6, 10],
    [11, days.length],
  ] as const) {
    const createdBefore = beginOf(before);
    const createdAfter = beginOf(from);
    const filter = { ...(createdAfter && { createdAfter }), ...(createdBefore && { createdBefore }) };
    const expected = ids.map((_, i) => i + 1).slice(from * 3, before * 3);
    for (const orderBy of [ListOrder.OLDEST, ListOrder.NEWEST]) {
      const page = await repeating(() => system.jobs.listJobs({ namespace, filter, orderBy, wantTotal: true }));
      const serials = page.jobs.map(({ serial }) => Number(serial));
      expect(orderBy === ListOrder.OLDEST ? serials : serials.toReversed()).toEqual(expected);
      expect(Number(page.total)).toBe(expected.length);
    }
  }
}

describe("partitions", () => {
  it("are made before the day that needs them", async () => {
    const tomorrow = clock.now() + dayMs;
    for (const at of [clock.now(), tomorrow]) {
      const bucket = bucketAt(standard, at);
      const needed = [`jobs_${bucket}`, `outcomes_${bucket}`, `requests_${dayAt(at)}`];
      expect(await tables()).toEqual(expect.arrayContaining([...needed, "events_0", "events_1"]));
    }
    const [before] = await submit("midnight");
    clock.passTo(dayAt(tomorrow) * dayMs);
    const [after] = await submit("midnight");
    const { rows } = await pool.query("select bucket from scheduler.jobs order by serial");
    expect(rows).toEqual([{ bucket: bucketAt(standard, tomorrow - dayMs) }, { bucket: bucketAt(standard, tomorrow) }]);
    for (const jobId of [before, after]) expect((await get("midnight", jobId as string))?.state).toBe(JobState.QUEUED);
    const next = bucketAt(standard, tomorrow + dayMs);
    await eventually(async () => expect(await tables()).toContain(`jobs_${next}`));
  });

  it("of a family that is used for the first time are made by the call", async () => {
    expect((await tables()).filter((name) => name.startsWith("jobs_5"))).toEqual([]);
    await twoRounds();
    const before = await epoch();
    const calls = await Promise.all(
      Array.from({ length: 5 }, () => submit("keepers", { retention: RetentionClass.KEEP })),
    );
    for (const [jobId] of calls) expect((await get("keepers", jobId as string))?.state).toBe(JobState.QUEUED);
    // The calls waited; none was tried without a partition.
    expect(await epoch()).toBe(before);
    expect(await tables()).toContain(`jobs_${bucketAt(keepFamily, clock.now())}`);
  });

  it("are made while others read and write the tables", async () => {
    const reader = await pool.connect();
    await reader.query("begin; select count(*) from scheduler.jobs; select count(*) from scheduler.outcomes");
    clock.pass(dayMs);
    const next = bucketAt(standard, clock.now() + dayMs);
    await eventually(async () => expect(await tables()).toContain(`jobs_${next}`));
    await reader.query("commit");
    reader.release();
  });
});

describe("jobs of many days and families", () => {
  it("are found by their ids and listed in order, also after a restart", async () => {
    const namespace = "many-days";
    const ids: string[] = [];
    for (let day = 0; day < 12; day++) {
      clock.pass(dayMs);
      ids.push(...(await submit(namespace, {}, 2)));
      ids.push(...(await submit(namespace, { retention: RetentionClass.KEEP, kind: "kept" })));
    }
    await finish(namespace, ids[3] as string);
    const serials = ids.map((_, i) => i + 1);
    for (const restarted of [false, true]) {
      if (restarted) system = await system.restart();
      for (const [i, jobId] of ids.entries()) expect((await get(namespace, jobId))?.serial).toBe(BigInt(i + 1));
      expect(await list(namespace, ListOrder.NEWEST, 5)).toEqual(serials.toReversed());
      expect(await list(namespace, ListOrder.OLDEST, 7)).toEqual(serials);
      expect(await list(namespace, ListOrder.UPDATE_TIME_DESC, 7)).toHaveLength(36);
      const waiting = serials.filter((serial) => serial !== 4);
      expect(await list(namespace, ListOrder.OLDEST, 7, [JobState.QUEUED])).toEqual(waiting);
      expect(await list(namespace, ListOrder.NEWEST, 7, [JobState.QUEUED])).toEqual(waiting.toReversed());
      await listsByTime(namespace, ids);
      const kept = { namespace, filter: { kinds: ["kept"] }, wantTotal: true };
      const { jobs, total } = await repeating(() => system.jobs.listJobs(kept));
      expect(jobs.map(({ serial }) => Number(serial) % 3)).toEqual(Array.from({ length: 12 }, () => 0));
      expect(total).toBe(12n);
    }
    const { leases } = await repeating(() =>
      system.dispatch.claimJobs({ namespace, runnerId: "r", profile: anyKind, maxJobs: 100 }),
    );
    expect(leases.map(({ serial }) => Number(serial))).toEqual(serials.filter((serial) => serial !== 4));
  });
});

describe("retention", () => {
  it("drops a bucket a month after its last end, and not while a job of it is open", async () => {
    const namespace = "dropped";
    // A bucket of its own: open jobs of the other cases would keep theirs.
    clock.pass(dayMs);
    const [early, late, open] = (await submit(namespace, {}, 3)) as [string, string, string];
    const bucket = bucketAt(standard, clock.now());
    await finish(namespace, early);
    clock.pass(10 * dayMs);
    await finish(namespace, late);
    clock.pass(29 * dayMs);
    const [kept] = await submit(namespace, { retention: RetentionClass.KEEP });
    await finish(namespace, kept as string);
    // Both ends are old enough now, but one job is open still.
    clock.pass(10 * dayMs);
    await twoRounds();
    expect((await get(namespace, early))?.state).toBe(JobState.SUCCEEDED);
    // None is open, but the last end is young.
    await finish(namespace, open);
    clock.pass(29 * dayMs);
    await twoRounds();
    expect((await get(namespace, early))?.state).toBe(JobState.SUCCEEDED);
    clock.pass(2 * dayMs);
    await expectGone(namespace, early);
    for (const jobId of [late, open]) await expectGone(namespace, jobId);
    expect((await get(namespace, kept as string))?.state).toBe(JobState.SUCCEEDED);
    expect(await list(namespace, ListOrder.NEWEST, 10)).toEqual([4]);
    for (const table of ["jobs", "outcomes"]) expect(await tables()).not.toContain(`${table}_${bucket}`);
    const { rows } = await pool.query("select from scheduler.serial_marks where bucket = $1", [bucket]);
    expect(rows).toHaveLength(0);
  });

  it("never gives a number out again, and knows a job that never was from one that is gone by nothing", async () => {
    const namespace = "numbers";
    const ids = await submit(namespace, {}, 3);
    for (const jobId of ids) await finish(namespace, jobId);
    clock.pass(32 * dayMs);
    await expectGone(namespace, ids[2] as string);
    system = await system.restart();
    await expectGone(namespace, ids[2] as string);
    const { jobs } = await repeating(() => system.jobs.submitJobs({ namespace, items: [item()] }));
    expect(jobs[0]?.serial).toBe(4n);
  });

  it("drops what never had a job once its days have passed", async () => {
    const [jobId] = await submit("spans", { retention: RetentionClass.KEEP });
    const used = bucketAt(keepFamily, clock.now());
    clock.passTo(((used % 100_000) + 59) * dayMs);
    const empty = bucketAt(keepFamily, clock.now());
    expect(empty).toBeGreaterThan(used);
    await eventually(async () => expect(await tables()).toContain(`jobs_${empty}`));
    clock.pass(4 * dayMs);
    await eventually(async () => expect(await tables()).not.toContain(`jobs_${empty}`));
    expect((await get("spans", jobId as string))?.state).toBe(JobState.QUEUED);
  });

  it("leaves a partition that somebody reads for long, and holds up nobody", async () => {
    const namespace = "long-read";
    const [jobId] = await submit(namespace);
    const bucket = bucketAt(standard, clock.now());
    await finish(namespace, jobId as string);
    const reader = await pool.connect();
    await reader.query("begin; select count(*) from scheduler.jobs");
    clock.pass(32 * dayMs);
    // A drop that waits for the reader has been refused at least once when this lock was asked for and given up.
    await eventually(async () => {
      const { rows } = await pool.query(
        "select from pg_locks where relation = 'scheduler.jobs'::regclass and mode = 'AccessExclusiveLock' and not granted",
      );
      expect(rows).toHaveLength(1);
    });
    const before = await epoch();
    for (let i = 0; i < 50; i++) await submit(namespace);
    // Nor does the loss of the connection that waits.
    await eventually(async () => {
      const { rowCount } = await pool.query(
        "select pg_terminate_backend(pid) from pg_locks where mode = 'AccessExclusiveLock' and not granted and database = (select oid from pg_database where datname = current_database())",
      );
      expect(rowCount).toBe(1);
    });
    for (let i = 0; i < 10; i++) await submit(namespace);
    expect(await epoch()).toBe(before);
    expect((await get(namespace, jobId as string))?.state).toBe(JobState.SUCCEEDED);
    expect(await tables()).toContain(`jobs_${bucket}`);
    await reader.query("commit");
    reader.release();
    await expectGone(namespace, jobId as string);
  });

  it("and a job that is opened again at the same moment: one of the two happens", async () => {
    const namespace = "reopened";
    clock.pass(dayMs);
    const [jobId] = (await submit(namespace)) as [string];
    await finish(namespace, jobId);
    const bucket = bucketAt(standard, clock.now());
    const { rows } = await pool.query<{ ns: number; epoch: number }>(
      "select n.id as ns, s.epoch from scheduler.namespaces n join scheduler.shards s using (shard) where n.name = $1",
      [namespace],
    );
    const { ns = 0, epoch: present = 0 } = rows[0] ?? {};
    const reopen = `with a as (
        insert into scheduler.amendments (ns, bucket, serial, revision, place, replaces) values (${ns}, ${bucket}, 1, 2, '', false))
      insert into scheduler.open (ns, bucket, serial, decision, kind) values (${ns}, ${bucket}, 1, '', 'k')`;
    const term = { shard: 0, epoch: present };

    // The drop has seen no open job, and waits for the statement that opens one.
    const opener = await pool.connect();
    await opener.query(`begin; ${reopen}`);
    const dropped = droppedAtLast(pool, term, bucket, clock.now() + dayMs);
    await eventually(async () => {
      const waiting = await pool.query(
        "select from pg_locks where mode = 'AccessExclusiveLock' and not granted and database = (select oid from pg_database where datname = current_database())",
      );
      expect(waiting.rowCount).toBe(1);
    });
    await opener.query("commit");
    opener.release();
    expect(await dropped).toBe(false);
    expect(await tables()).toContain(`jobs_${bucket}`);

    await pool.query("delete from scheduler.open where ns = $1", [ns]);
    expect(await dropBucket(pool, term, bucket, clock.now() + dayMs)).toBe(true);
    await expect(pool.query(reopen)).rejects.toThrow(/no partition/);
  });

  it("keeps no progress of attempts that have ended", async () => {
    const namespace = "progress";
    const [jobId] = (await submit(namespace)) as [string];
    await repeating(() => system.dispatch.claimJobs({ namespace, runnerId: "r", jobId }));
    const attempt = { jobId, by: { case: "attempt" as const, value: 1 } };
    const progress = { case: "progress" as const, value: { progress: { current: 1, message: "half" } } };
    await repeating(() => system.dispatch.reportAttempts({ reports: [{ namespace, attempt, report: progress }] }));
    const count = async () => (await pool.query("select from scheduler.progress")).rowCount;
    await eventually(async () => expect(await count()).toBe(1));
    const outcome = { case: "outcome" as const, value: { kind: Outcome_Kind.SUCCEEDED } };
    await repeating(() => system.dispatch.reportAttempts({ reports: [{ namespace, attempt, report: outcome }] }));
    await eventually(async () => expect(await count()).toBe(0));
    expect((await get(namespace, jobId))?.lastAttempt?.progress?.message).toBe("half");
    // What a write that crossed the end has left behind goes with the next round.
    await pool.query(
      "insert into scheduler.progress (ns, serial, attempt, data) select id, 1, 1, '' from scheduler.namespaces",
    );
    await eventually(async () => expect(await count()).toBe(0));
  });
});
