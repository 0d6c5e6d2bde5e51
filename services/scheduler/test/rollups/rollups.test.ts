import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { createPool, type Pool } from "@switchyard/postgres";
import { Outcome_Kind } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { JobState } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { AggregateBy } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import { eventually, type TestDatabase } from "@switchyard/testkit";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dayMs } from "../../src/domain/core/retention-bucket.js";
import { writeRollups } from "../../src/store/write-rollups.js";
import {
  anyKind,
  createSchedulerDatabase,
  cutConnections,
  item,
  createMovableClock,
  repeating,
  startScheduler,
  type TestScheduler,
} from "../setup.js";
import { askSums, inKeyOrder, readFacts, sumUp } from "./oracle.js";
import { random, Workload } from "./workload.js";

const { QUEUE, KIND, SUBJECT, RUNNER, STATE, CODE, HOUR } = AggregateBy;
const { SUCCEEDED, FAILED, QUEUED, RUNNING } = JobState;
const hourMs = 3_600_000;
/** `ROLLUP_SEEDS` asks for more. */
const seeds = Array.from({ length: Number(process.env["ROLLUP_SEEDS"] ?? 1) }, (_, n) => n + 1);

let database: TestDatabase;
let system: TestScheduler;
let pool: Pool;
const clock = createMovableClock();

const start = () => startScheduler(database, { shardLeaseMs: 1_000, historyIntervalMs: 20 }, { clock });

beforeAll(async () => {
  database = await createSchedulerDatabase();
  system = await start();
  pool = createPool({ url: database.url, applicationName: "rollups-test", log: pino({ level: "silent" }) });
});
afterAll(async () => {
  await pool.close();
  await system.stop();
  await database.drop();
});

/** Groupings, those among them that no roll-up has. */
const groupings = [
  [],
  [STATE],
  [QUEUE],
  [KIND, STATE],
  [SUBJECT],
  [SUBJECT, KIND],
  [RUNNER, STATE],
  [CODE, QUEUE],
  [HOUR, KIND],
  [QUEUE, KIND, STATE, CODE],
  [SUBJECT, KIND, CODE, STATE],
  [RUNNER, SUBJECT],
  [RUNNER, HOUR],
  [HOUR, SUBJECT, STATE],
];

/** Compares all groupings, with and without filters, with what the jobs themselves say. */
async function compareAll(namespace: string): Promise<void> {
  const facts = await readFacts(system, namespace);
  const filters = [
    { ask: {}, keep: () => true },
    { ask: { queue: "alpha" }, keep: (fact: (typeof facts)[number]) => fact.queue === "alpha" },
    {
      ask: { kind: "ключ", states: [SUCCEEDED, RUNNING] },
      keep: (fact: (typeof facts)[number]) => fact.kind === "ключ" && [SUCCEEDED, RUNNING].includes(fact.state),
    },
    { ask: { subject: "s1" }, keep: (fact: (typeof facts)[number]) => fact.subject === "s1" },
    { ask: { runnerId: "r2" }, keep: (fact: (typeof facts)[number]) => fact.runner === "r2" },
    { ask: { states: [FAILED] }, keep: (fact: (typeof facts)[number]) => fact.state === FAILED },
    {
      ask: { subject: "s2", runnerId: "r1" },
      keep: (fact: (typeof facts)[number]) => fact.subject === "s2" && fact.runner === "r1",
    },
  ];
  for (const { ask, keep } of filters) {
    const wanted = facts.filter(keep);
    for (const groupBy of groupings) {
      const sums = await askSums(system, { namespace, groupBy, ...ask });
      expect({ ask, groupBy, sums }).toEqual({ ask, groupBy, sums: inKeyOrder(sumUp(wanted, groupBy)) });
    }
  }
}

/** Waits until everything that was folded is in the table. */
async function written(): Promise<void> {
  await eventually(async () => {
    const { rows } = await pool.query<{ behind: number }>(
      `select coalesce((select first_sequence + n - 1 from scheduler.events order by first_sequence desc limit 1), 0)
         - coalesce((select upto from scheduler.rollup_cursors), 0) as behind`,
    );
    expect(rows[0]?.behind).toBe(0);
  });
}

async function submit(namespace: string, spec: Parameters<typeof item>[0] = {}, count = 1): Promise<string[]> {
  const items = Array.from({ length: count }, () => item(spec));
  const { jobs } = await repeating(() => system.jobs.submitJobs({ namespace, items }));
  return jobs.map(({ jobId }) => jobId);
}

async function finish(namespace: string, kind = Outcome_Kind.SUCCEEDED, max = 100): Promise<number> {
  const { leases } = await repeating(() =>
    system.dispatch.claimJobs({ namespace, runnerId: "r", profile: anyKind, maxJobs: max }),
  );
  const reports = leases.map(({ jobId, attempt: value }) => ({
    namespace,
    attempt: { jobId, by: { case: "attempt" as const, value } },
    report: { case: "outcome" as const, value: { kind } },
  }));
  if (reports.length > 0) await repeating(() => system.dispatch.reportAttempts({ reports }));
  return reports.length;
}

const ended = async (namespace: string, name = "default") => {
  const { queue } = await repeating(() => system.queues.getQueue({ namespace, name }));
  return Number(queue?.counts?.succeeded ?? 0n);
};

describe("sums", () => {
  it.each(seeds)("say what the jobs say, whatever happens to them and to the owner (seed %d)", async (seed) => {
    const namespace = `chance-${seed}`;
    const workload = new Workload(namespace, random(seed));
    for (let phase = 0; phase < 3; phase++) {
      await workload.run(40, () => system);
      // At once: part of it is in memory only.
      await compareAll(namespace);
      if (phase === 0) system = await system.restart();
      if (phase === 1) {
        await cutConnections(pool);
      }
    }
    await written();
    await compareAll(namespace);
    const facts = await readFacts(system, namespace);
    for (const name of ["alpha", "beta"]) {
      const { queue } = await repeating(() => system.queues.getQueue({ namespace, name }));
      const of = (state: JobState) => facts.filter((fact) => fact.queue === name && fact.state === state).length;
      const counts = { succeeded: queue?.counts?.succeeded, failed: queue?.counts?.failed };
      expect(counts).toEqual({ succeeded: BigInt(of(SUCCEEDED)), failed: BigInt(of(FAILED)) });
    }
  });

  it("are seen by whoever has seen the end", async () => {
    const namespace = "own-writes";
    for (let i = 1; i <= 20; i++) {
      await submit(namespace);
      await finish(namespace);
      expect(await ended(namespace)).toBe(i);
      const [sum] = await askSums(system, { namespace, states: [SUCCEEDED] });
      expect(sum?.count).toBe(i);
    }
  });

  it("wait for ends that are durable and not told yet, since an earlier event is still on its way", async () => {
    const namespace = "held-back";
    const own = await createSchedulerDatabase();
    let hold: Promise<void> | undefined;
    let held = () => {};
    const late = await startScheduler(
      own,
      {},
      {
        interceptFlush: (lane, flush) => async (client, batch) => {
          if (lane === "submit" && hold) {
            held();
            await hold;
          }
          return flush(client, batch);
        },
      },
    );
    const { jobs } = await late.jobs.submitJobs({ namespace, items: [item()] });
    await late.dispatch.claimJobs({ namespace, runnerId: "r", profile: anyKind });

    // A submit has its number and is not stored; the end behind it is.
    let release = () => {};
    hold = new Promise((resolve) => (release = resolve));
    const isHeld = new Promise<void>((resolve) => (held = resolve));
    const submitting = late.jobs.submitJobs({ namespace, items: [item()] });
    await isHeld;
    const attempt = { jobId: jobs[0]?.jobId as string, by: { case: "attempt" as const, value: 1 } };
    const report = { case: "outcome" as const, value: { kind: Outcome_Kind.SUCCEEDED } };
    await late.dispatch.reportAttempts({ reports: [{ namespace, attempt, report }] });
    const counts = late.queues.getQueue({ namespace, name: "default" });
    const sums = askSums(late, { namespace, states: [SUCCEEDED] });
    for (let i = 0; i < 20; i++) await pool.query("select 1");
    hold = undefined;
    release();
    expect((await counts).queue?.counts?.succeeded).toBe(1n);
    expect((await sums).map(({ count }) => count)).toEqual([1]);
    await submitting;
    await late.stop();
    await own.drop();
  });

  it("come from the roll-ups, not from the rows", async () => {
    const namespace = "proof";
    await submit(namespace, { subject: "about" }, 3);
    await finish(namespace);
    await written();
    await pool.query(
      "update scheduler.rollups set n = n + 1000 where ns = (select id from scheduler.namespaces where name = $1) and metric = ''",
      [namespace],
    );
    for (const groupBy of [[QUEUE], [KIND, STATE], [RUNNER], [HOUR]]) {
      const sums = await askSums(system, { namespace, groupBy });
      expect(sums.map(({ count }) => count)).toEqual([1_003]);
    }
    const bySubject = await askSums(system, { namespace, groupBy: [SUBJECT] });
    expect(bySubject.map(({ key, count }) => [key, count])).toEqual([['["about"]', 1_003]]);
    // A queue's counts are kept in memory, and loaded from the roll-ups.
    expect(await ended(namespace)).toBe(3);
    system = await system.restart();
    expect(await ended(namespace)).toBe(1_003);
    // What no roll-up has is counted in the rows.
    const rows = await askSums(system, { namespace, groupBy: [RUNNER, SUBJECT] });
    expect(rows.map(({ count }) => count)).toEqual([3]);
  });

  it("count an end once, whenever the owner dies", async () => {
    const namespace = "once";
    let done = 0;
    for (let round = 0; round < 4; round++) {
      await submit(namespace, { subject: round % 2 === 0 ? "even" : "" }, 5);
      done += await finish(namespace);
      // Between the end and its sum, and in the middle of the write.
      if (round % 2 === 0) system = await system.restart();
      else
        await pool.query(
          "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and query like '%rollups%' and pid <> pg_backend_pid()",
        );
      expect(await ended(namespace)).toBe(done);
    }
    await written();
    const { rows } = await pool.query<{ cube: string; n: number }>(
      `select cube, sum(n)::int as n from scheduler.rollups r join scheduler.namespaces s on s.id = r.ns where s.name = $1 group by 1 order by 1`,
      [namespace],
    );
    expect(rows).toEqual(["hour", "kind", "runner", "subject"].map((cube) => ({ cube, n: done })));
  });

  it("are added once when a write whose answer was lost is repeated, and never from another place", async () => {
    const namespace = "repeated-write";
    await submit(namespace);
    await finish(namespace);
    await written();
    const { rows } = await pool.query<{ ns: number; bucket: number; upto: number; epoch: number }>(
      `select m.ns, m.bucket, c.upto, s.epoch from scheduler.serial_marks m join scheduler.namespaces n on n.id = m.ns
       cross join scheduler.rollup_cursors c cross join scheduler.shards s where n.name = $1`,
      [namespace],
    );
    const { ns = 0, bucket = 0, upto = 0, epoch = 0 } = rows[0] ?? {};
    const texts = {
      hour: 0,
      subject: "",
      runner: "",
      kind: "test.extra",
      queue: "default",
      state: "SUCCEEDED",
      code: "",
      metric: "",
    };
    const sums = { n: 5, timed: 0, durationMs: 0, waitMs: 0, amount: 0 };
    // The bucket that is not there any more is left out, and does not hold up the rest.
    const added = [bucket, 299_999].map((of) => ({ ns, bucket: of, cube: "kind", ...texts, ...sums }));
    const write = (from: number) => writeRollups(pool, { shard: 0, epoch }, from, upto, added);
    await write(upto);
    const count = async () =>
      (await pool.query<{ n: number }>("select sum(n)::int as n from scheduler.rollups where kind = 'test.extra'"))
        .rows[0]?.n;
    expect(await count()).toBe(5);
    await writeRollups(pool, { shard: 0, epoch }, upto, upto + 1, added);
    expect(await count()).toBe(10);
    await write(upto);
    await writeRollups(pool, { shard: 0, epoch }, upto, upto + 1, added);
    expect(await count()).toBe(10);
    await pool.query("update scheduler.rollup_cursors set upto = $1", [upto]);
    await pool.query("delete from scheduler.rollups where kind = 'test.extra'");
  });

  it("page through any number of groups, in order, with what is not written yet in its place", async () => {
    const namespace = "pages";
    for (let i = 0; i < 3; i++) {
      const items = Array.from({ length: 500 }, (_, n) => item({ subject: `s-${(n * 3 + i) % 1_500}-ä` }));
      await repeating(() => system.jobs.submitJobs({ namespace, items }));
      while ((await finish(namespace, Outcome_Kind.SUCCEEDED, 1_000)) > 0);
      if (i === 0) await written();
    }
    const whole = inKeyOrder(sumUp(await readFacts(system, namespace), [SUBJECT]));
    expect(whole).toHaveLength(1_500);
    for (const pageSize of [7_000, 199])
      expect(await askSums(system, { namespace, groupBy: [SUBJECT], pageSize })).toEqual(whole);
  });

  it("of a time span are exact, also within an hour", async () => {
    const namespace = "spans";
    // From ten minutes past an hour.
    clock.passTo(Math.ceil(clock.now() / hourMs) * hourMs + 10 * 60_000);
    const first = clock.now();
    for (let i = 0; i < 8; i++) {
      await submit(namespace, { subject: `s${i % 2}` });
      await finish(namespace);
      clock.pass(20 * 60_000);
    }
    const facts = await readFacts(system, namespace);
    expect(new Set(facts.map(({ hour }) => hour)).size).toBe(3);
    for (let from = first - 5 * 60_000; from < first + 3 * hourMs; from += 25 * 60_000) {
      for (const groupBy of [[], [HOUR], [KIND, STATE], [SUBJECT]]) {
        const sums = await askSums(system, { namespace, groupBy, endedAfter: timestampFromMs(from) });
        const wanted = facts.filter(({ endedMs }) => endedMs >= from);
        expect({ from, groupBy, sums }).toEqual({ from, groupBy, sums: inKeyOrder(sumUp(wanted, groupBy)) });
      }
    }
  });

  it("by subject are left out where a queue says so", async () => {
    const namespace = "omitted";
    await repeating(() =>
      system.queues.updateQueue({ namespace, name: "default", settings: { omitSubjectAggregates: true } }),
    );
    await submit(namespace, { subject: "many" }, 3);
    await finish(namespace);
    expect((await askSums(system, { namespace, groupBy: [SUBJECT] })).map(({ key, count }) => [key, count])).toEqual([
      ['[""]', 3],
    ]);
    expect((await askSums(system, { namespace, groupBy: [KIND] })).map(({ count }) => count)).toEqual([3]);
    const { total } = await repeating(() =>
      system.jobs.listJobs({ namespace, filter: { subject: "many" }, wantTotal: true }),
    );
    expect(total).toBe(3n);
  });

  it("go with the bucket of their jobs", async () => {
    const namespace = "dropped";
    clock.pass(dayMs);
    await submit(namespace, {}, 3);
    await finish(namespace);
    await written();
    clock.pass(40 * dayMs);
    await submit(namespace);
    await finish(namespace);
    await eventually(async () => expect(await ended(namespace)).toBe(1));
    expect((await askSums(system, { namespace, groupBy: [STATE] })).map(({ count }) => count)).toEqual([1]);
    system = await system.restart();
    expect(await ended(namespace)).toBe(1);
  });
});

describe("totals of lists", () => {
  it("are the number of jobs that a list would give", async () => {
    const namespace = "totals";
    const workload = new Workload(namespace, random(17));
    await workload.run(120, () => system);
    const facts = await readFacts(system, namespace);
    const filters = [
      {},
      { states: [SUCCEEDED] },
      { states: [FAILED, QUEUED] },
      { states: [RUNNING], started: false },
      { started: true },
      { queue: "alpha" },
      { queue: "alpha", states: [SUCCEEDED, RUNNING] },
      { kinds: ["k.a", "ключ"] },
      { kinds: ["k.b"], states: [QUEUED] },
      { subject: "s1" },
      { subject: "предмет", states: [FAILED, SUCCEEDED] },
      { subject: "s2", queue: "beta" },
      { runnerId: "r1" },
      { runnerId: "r3", states: [RUNNING] },
      { runnerId: "r2", subject: "s1" },
      { afterSerial: BigInt(Math.floor(facts.length / 2)) },
    ];
    for (const filter of filters) {
      let listed = 0;
      let pageToken = "";
      let total: bigint | undefined;
      do {
        const page = await repeating(() =>
          system.jobs.listJobs({ namespace, filter, wantTotal: true, pageSize: 50, pageToken }),
        );
        total ??= page.total;
        listed += page.jobs.length;
        pageToken = page.nextPageToken;
      } while (pageToken !== "");
      expect({ filter, total: Number(total) }).toEqual({ filter, total: listed });
    }
  });
});
