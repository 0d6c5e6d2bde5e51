import { createPool, type Pool } from "@switchyard/postgres";
import { Outcome_Kind } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { RetentionClass } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import type { TestDatabase } from "@switchyard/testkit";
import { pino } from "pino";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createCoreState } from "../src/domain/core/core-state.js";
import { Namespace, type NamespaceSeed } from "../src/domain/core/namespace.js";
import { keepFamily } from "../src/domain/core/retention-bucket.js";
import { listPage } from "../src/domain/reads/list-serials.js";
import type { JobListFilter, JobListOrder } from "../src/store/list-jobs.js";
import { nearestChanges } from "../src/store/nearest-changes.js";
import { loadNamespaces } from "../src/store/load-shard.js";
import { createSchedulerDatabase, startScheduler, type TestScheduler } from "./setup.js";
import { testNamespace } from "./test-namespace.js";

/** A row of an end. */
interface End {
  readonly attempt: number;
  readonly reopen: number;
  readonly startedMs: number;
  readonly endedMs: number;
  /** Of the attempt; null when a waiting job ended. */
  readonly state: string | null;
  /** Of the job; null when it went on. */
  readonly jobState: string | null;
}

interface Fact {
  readonly serial: number;
  readonly inFirstBucket: boolean;
  readonly kind: string;
  readonly createdMs: number;
  readonly ends: readonly End[];
  readonly isOpen: boolean;
  readonly live: { readonly claimedMs: number; readonly startedMs: number | null } | undefined;
}

const count = 1_200;
const ns = testNamespace("by-time", () => system);
let database: TestDatabase;
let system: TestScheduler;
let pool: Pool;
let facts: readonly Fact[];
let space: Namespace;

beforeAll(async () => {
  database = await createSchedulerDatabase();
  system = await startScheduler(database, { auditIntervalMs: 0 });
  pool = createPool({ url: database.url, applicationName: "list-by-time-test", log: pino({ level: "silent" }) });
  const jobs = await ns.submitAll([{ kind: "common" }, { kind: "common", retention: RetentionClass.KEEP }]);
  for (const { jobId } of jobs) await ns.run(jobId, Outcome_Kind.SUCCEEDED);
  facts = makeFacts(Date.now());
  await store(facts);
  const [seed] = await loadNamespaces(pool, 0);
  space = new Namespace(seed as NamespaceSeed, createCoreState(keepFamily).timers, keepFamily);
});
afterAll(async () => {
  await pool.close();
  await system.stop();
  await database.drop();
});

/** Jobs of all sorts, most of which ended some seconds after their creation, some long after it. */
function makeFacts(baseMs: number): Fact[] {
  let seed = 7;
  const random = (below: number) => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed % below;
  };
  return Array.from({ length: count }, (_, i) => {
    const createdMs = baseMs + i * 3;
    // Some have equal times.
    const later = (fromMs: number) => fromMs + (random(50) === 0 ? random(3_600_000) : random(400) * 10);
    const claimedMs = later(createdMs);
    const startedMs = later(claimedMs);
    const first: End = {
      attempt: 1,
      reopen: 0,
      startedMs,
      endedMs: later(startedMs),
      state: "SUCCEEDED",
      jobState: "SUCCEEDED",
    };
    const goesOn: End = { ...first, state: "FAILED", jobState: null };
    const secondMs = later(goesOn.endedMs);
    const second = { ...first, attempt: 2, startedMs: secondMs, endedMs: later(secondMs) };
    const reopened = { ...second, reopen: 1 };
    const waited: End = { ...first, attempt: 0, startedMs: 0, endedMs: claimedMs, state: null, jobState: "CANCELLED" };
    const live = { claimedMs: secondMs, startedMs: later(secondMs) };
    const sorts: Pick<Fact, "ends" | "isOpen" | "live">[] = [
      { ends: [waited], isOpen: false, live: undefined },
      { ends: [goesOn, second], isOpen: false, live: undefined },
      { ends: [goesOn, { ...waited, attempt: 1, endedMs: secondMs }], isOpen: false, live: undefined },
      { ends: [first, reopened], isOpen: false, live: undefined },
      { ends: [first], isOpen: true, live: undefined },
      { ends: [], isOpen: true, live: undefined },
      { ends: [goesOn], isOpen: true, live: undefined },
      { ends: [goesOn], isOpen: true, live },
      { ends: [goesOn], isOpen: true, live: { ...live, startedMs: null } },
    ];
    const usual = {
      ends: [i % 23 === 0 ? { ...first, state: "FAILED", jobState: "FAILED" } : first],
      isOpen: false,
      live: undefined,
    };
    return {
      ...{ serial: i + 3, createdMs, inFirstBucket: random(3) > 0, kind: i % 40 === 0 ? "rare" : "common" },
      ...(random(3) === 0 ? (sorts[random(sorts.length)] as (typeof sorts)[number]) : usual),
    };
  });
}

/** Writes the rows that a scheduler would have written, those of ends about in their order, wide enough to be on many pages. */
async function store(all: readonly Fact[]): Promise<void> {
  const jobs = all.map(({ serial, inFirstBucket: first, kind, createdMs }) => ({ serial, first, kind, createdMs }));
  const columns = 't(serial bigint, first bool, kind text, "createdMs" bigint)';
  await pool.query(
    `insert into scheduler.jobs (ns, bucket, serial, shape, kind, subject, created_micros, content_type)
     select p.ns, p.bucket, t.serial, p.shape, t.kind, '', "createdMs" * 1000, p.content_type
     from json_to_recordset($1) ${columns} join scheduler.jobs p on p.serial = case when first then 1 else 2 end`,
    [JSON.stringify(jobs)],
  );
  const ends = all
    .flatMap(({ serial, ends }) => ends.map((end) => ({ ...end, serial, final: end.jobState !== null })))
    .sort((a, b) => a.endedMs - b.endedMs + (a.serial % 5) * 200 - (b.serial % 5) * 200);
  await pool.query(
    `insert into scheduler.outcomes (ns, bucket, serial, claimed_ms, started_ms, ended_ms, attempt, reopen, final, retryable, state, job_state,
       reason, message, actor, kind, ended_by, runner, result_type, facts, progress)
     select j.ns, j.bucket, t.serial, t."startedMs", t."startedMs", t."endedMs", t.attempt, t.reopen, t.final, false, t.state, t."jobState",
       case when t.final then 'REPORTED'::scheduler.end_reason end, repeat('m', 500), '', null, '', 'runner', '', '', ''
     from json_to_recordset($1) t(serial bigint, "startedMs" bigint, "endedMs" bigint, attempt int, reopen smallint, final bool,
       state scheduler.ended_attempt_state, "jobState" scheduler.final_state) join scheduler.jobs j on j.serial = t.serial`,
    [JSON.stringify(ends)],
  );
  const open = all.filter(({ isOpen }) => isOpen);
  await pool.query(
    `insert into scheduler.open (ns, bucket, serial, decision, kind) select ns, bucket, serial, '', kind from scheduler.jobs where serial = any($1)`,
    [open.map(({ serial }) => serial)],
  );
  const live = open.flatMap(({ serial, live: attempt }) => (attempt ? [{ serial, ...attempt }] : []));
  await pool.query(
    `insert into scheduler.leases (ns, attempt, serial, claimed_ms, started_ms, lease_until_ms, lease_ms, presence_ms, hold_by_runner, runner)
     select j.ns, 2, j.serial, t."claimedMs", t."startedMs", t."claimedMs" + 60000, 60000, 60000, false, 'live'
     from json_to_recordset($1) t(serial bigint, "claimedMs" bigint, "startedMs" bigint) join scheduler.jobs j on j.serial = t.serial`,
    [JSON.stringify(live)],
  );
}

function startOf({ ends, live }: Fact): number {
  const last = ends.findLast(({ state }) => state !== null);
  return (live ? live.startedMs : last?.startedMs) ?? 0;
}

function changeOf({ createdMs, ends, live }: Fact): number {
  return Math.max(createdMs, ends.at(-1)?.endedMs ?? 0, live?.claimedMs ?? 0, live?.startedMs ?? 0);
}

function endOf({ ends, isOpen }: Fact): number {
  return isOpen ? 0 : (ends.at(-1)?.endedMs ?? 0);
}

/** The serials by a time, jobs without one at the end. */
function inOrder(timeOf: (fact: Fact) => number, sign: 1 | -1, fits: (fact: Fact) => boolean): number[] {
  const timed = facts.filter(fits).map((fact) => ({ serial: fact.serial, at: timeOf(fact) }));
  return timed
    .sort((a, b) => Number(a.at === 0) - Number(b.at === 0) || sign * (a.at - b.at) || b.serial - a.serial)
    .map(({ serial }) => serial);
}

const orders: [JobListOrder, (fact: Fact) => number, 1 | -1][] = [
  ["start-desc", startOf, -1],
  ["start-asc", startOf, 1],
  ["end-desc", endOf, -1],
  ["end-asc", endOf, 1],
  ["update-desc", changeOf, -1],
  ["update-asc", changeOf, 1],
];
const lastState = ({ ends, isOpen }: Fact) => (isOpen ? null : (ends.at(-1)?.jobState ?? null));
const filters: [string, JobListFilter, (fact: Fact) => boolean][] = [
  ["all", {}, () => true],
  ["of a kind", { kinds: ["rare"] }, ({ kind }) => kind === "rare"],
  [
    "of a common kind that ended well",
    { kinds: ["common"], states: ["SUCCEEDED"] },
    (fact) => fact.kind === "common" && lastState(fact) === "SUCCEEDED",
  ],
  [
    "that failed or were cancelled",
    { states: ["FAILED", "CANCELLED"] },
    (fact) => ["FAILED", "CANCELLED"].includes(lastState(fact) ?? ""),
  ],
  ["that wait", { states: ["QUEUED"] }, ({ isOpen, live }) => isOpen && !live],
  ["that run", { states: ["RUNNING"] }, ({ live }) => live !== undefined],
  [
    "that wait or succeeded",
    { states: ["QUEUED", "SUCCEEDED"] },
    (fact) => (fact.isOpen && !fact.live) || lastState(fact) === "SUCCEEDED",
  ],
  [
    "of a kind that failed",
    { kinds: ["rare"], states: ["FAILED"] },
    (fact) => fact.kind === "rare" && lastState(fact) === "FAILED",
  ],
  [
    "of a kind that run or succeeded",
    { kinds: ["rare"], states: ["RUNNING", "SUCCEEDED"] },
    (fact) => fact.kind === "rare" && (fact.live !== undefined || lastState(fact) === "SUCCEEDED"),
  ],
  ["of a runner", { runner: "runner" }, ({ isOpen }) => !isOpen],
  ["of a kind that nobody has", { kinds: ["none"] }, () => false],
];

for (const [order, timeOf, sign] of orders) {
  it(`${order} is exact for every filter, in pages`, async () => {
    for (const [name, filter, fits] of filters) {
      const expected = inOrder(timeOf, sign, fits);
      const found: number[] = [];
      for (let offset = 0; offset === found.length; ) {
        const limit = offset === 0 ? 60 : 900;
        found.push(...(await listPage({ pool }, space, { afterSerial: 2, ...filter }, { order, limit, offset })));
        offset += limit;
      }
      expect(found, name).toEqual(expected);
    }
  });
}

it("knows which changes of a kind it has not looked at, however few it looks at", async () => {
  const buckets = space.buckets.ranges().map(({ bucket }) => bucket);
  const ofKind = facts.filter(({ kind }) => kind === "rare");
  const ends = ofKind.flatMap(({ serial, ends: all }) => all.map(({ endedMs }) => ({ serial, endedMs })));
  for (const most of [1, 2, 3, 5, 8, 80]) {
    const found = await nearestChanges(
      pool,
      space.id,
      buckets,
      { kinds: ["rare"], states: ["SUCCEEDED", "FAILED", "CANCELLED", "QUEUED"], afterSerial: 2 },
      { order: "update-desc", edgeMs: undefined, most },
    );
    const { boundMs = 0 } = found;
    const ahead = ends.filter(({ endedMs }) => endedMs > boundMs).map(({ serial }) => serial);
    expect(found.serials).toEqual(expect.arrayContaining(ahead));
    // As many as are wanted, or all there are, or all of the first sixteen for each that is wanted.
    if (most === 80) expect([boundMs, ahead.length]).toEqual([0, ends.length]);
    else expect(boundMs).toBeGreaterThan(0);
  }
});

it("has what ended badly in an index by time", async () => {
  const { rows } = await pool.query<{ n: number }>(
    `select count(*)::int as n from pg_indexes where schemaname = 'scheduler' and tablename ~ '^outcomes_[0-9]+$'
       and indexdef like '%USING btree (ns, ended_ms) WHERE (final AND (job_state <> %'`,
  );
  const partitions = await pool.query("select from pg_class where relname ~ '^outcomes_[0-9]+$' and relkind = 'r'");
  expect(rows[0]?.n).toBe(partitions.rowCount);
});
