import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { createPool, type Pool } from "@switchyard/postgres";
import { Outcome_Kind } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { JobState, RetentionClass } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { ListOrder, type SubmittedJob } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import { eventually, type TestDatabase } from "@switchyard/testkit";
import { pino } from "pino";
import { afterAll, beforeAll, expect, it } from "vitest";
import { deleteBlocks } from "../src/store/drop-partitions.js";
import { createSchedulerDatabase, startScheduler, type TestScheduler } from "./setup.js";
import { type SpecInit, testNamespace } from "./test-namespace.js";

const { OLDEST, NEWEST } = ListOrder;
const { QUEUED, RUNNING, SUCCEEDED, FAILED } = JobState;
const ns = testNamespace("blocks", () => system);
let database: TestDatabase;
let system: TestScheduler;
let pool: Pool;

/** More kinds than are noted one by one among 1,024 to 1,535, and a few jobs in another bucket. */
const specs: SpecInit[] = Array.from({ length: 2_200 }, (_, i) => ({
  queue: i % 150 === 20 ? "small" : i === 777 ? "single" : "large",
  kind: i % 100 === 20 ? "rare" : i > 1_000 && i < 1_600 ? `kind-${i}` : `common-${i % 3}`,
  ...(i % 90 === 0 && { retention: RetentionClass.KEEP }),
}));
/** How jobs stand that don't wait. */
const standing = new Map<number, JobState>();

beforeAll(async () => {
  database = await createSchedulerDatabase();
  system = await startScheduler(database, { blockIntervalMs: 20 });
  pool = createPool({ url: database.url, applicationName: "list-blocks-test", log: pino({ level: "silent" }) });
  const jobs: SubmittedJob[] = [];
  for (let at = 0; at < specs.length; at += 550) jobs.push(...(await ns.submitAll(specs.slice(at, at + 550))));
  for (const [i, { jobId }] of jobs.entries()) {
    if (i % 150 !== 20 || i > 1_500) continue;
    const succeeds = i % 300 === 20;
    await ns.run(jobId, succeeds ? Outcome_Kind.SUCCEEDED : Outcome_Kind.FAILED);
    standing.set(i, succeeds ? SUCCEEDED : FAILED);
  }
  // Of those that failed one waits again, one runs, and one has succeeded.
  const again = [170, 470, 770].map((i) => jobs[i]?.jobId ?? "");
  await system.jobs.retryJobs({ namespace: ns.namespace, jobIds: again });
  const [, runs = "", succeeds = ""] = again;
  await ns.claim({ jobId: runs, lease: { seconds: 600n } });
  const [lease] = await ns.claim({ jobId: succeeds });
  await ns.finish({ jobId: succeeds, attempt: lease?.attempt ?? 0 });
  standing.delete(170);
  standing.set(470, RUNNING).set(770, SUCCEEDED);
});
afterAll(async () => {
  await pool.close();
  await system.stop();
  await database.drop();
});

const serialsWhere = (fits: (spec: SpecInit, i: number) => boolean) =>
  specs.flatMap((spec, i) => (fits(spec, i) ? [i + 1] : []));

const inStates = (states: readonly JobState[], fits: (spec: SpecInit) => boolean) =>
  serialsWhere((spec, i) => fits(spec) && states.includes(standing.get(i) ?? QUEUED));

async function readNoted(): Promise<number> {
  const { rows } = await pool.query<{ upto: number }>("select blocks_upto as upto from scheduler.namespaces");
  return rows[0]?.upto ?? 0;
}

async function listed(filter: object, orderBy: ListOrder, pageSize: number): Promise<number[]> {
  const found: number[] = [];
  for (let pageToken = ""; ; ) {
    const page = await system.jobs.listJobs({ namespace: ns.namespace, filter, orderBy, pageSize, pageToken });
    found.push(...page.jobs.map(({ serial }) => Number(serial)));
    if (page.nextPageToken === "") return found;
    pageToken = page.nextPageToken;
  }
}

/** Every list by queue or kind is as it must be. */
async function check(): Promise<void> {
  const of = (queue: string | undefined, ...kinds: string[]) =>
    serialsWhere((spec) => (!queue || spec.queue === queue) && (kinds.length === 0 || kinds.includes(spec.kind ?? "")));
  const many = Array.from({ length: 30 }, (_, i) => `kind-${1_100 + 13 * i}`);
  const cases: [object, number[]][] = [
    [{ queue: "small" }, of("small")],
    [{ queue: "single" }, [778]],
    [{ queue: "large", kinds: ["rare"] }, of("large", "rare")],
    [{ queue: "small", kinds: ["rare", "common-1"] }, of("small", "rare", "common-1")],
    [{ kinds: ["rare"] }, of(undefined, "rare")],
    [{ kinds: ["kind-1300"] }, [1_301]],
    [{ kinds: [...many, "rare"] }, of(undefined, ...many, "rare")],
    [{ kinds: ["none"] }, []],
    [{ kinds: ["rare"], afterSerial: 700n }, of(undefined, "rare").filter((serial) => serial > 700)],
    ...[[SUCCEEDED], [SUCCEEDED, QUEUED], [FAILED, QUEUED], [RUNNING, SUCCEEDED]].flatMap(
      (states): [object, number[]][] => [
        [{ queue: "small", states }, inStates(states, ({ queue }) => queue === "small")],
        [{ kinds: ["rare", "kind-1300"], states }, inStates(states, ({ kind = "" }) => /rare|kind-1300/.test(kind))],
      ],
    ),
    [{ queue: "small", runnerId: "runner" }, inStates([SUCCEEDED, FAILED, RUNNING], ({ queue }) => queue === "small")],
  ];
  for (const [filter, expected] of cases) {
    expect(await listed(filter, OLDEST, 25)).toEqual(expected);
    expect(await listed(filter, NEWEST, 100)).toEqual(expected.toReversed());
    expect(await ns.list({ filter, orderBy: OLDEST, skip: 2, pageSize: 3 })).toEqual(expected.slice(2, 5));
    const createdBefore = timestampFromMs(Date.now() + 1_000);
    const within = { namespace: ns.namespace, filter: { ...filter, createdBefore }, wantTotal: true, pageSize: 1 };
    expect(Number((await system.jobs.listJobs(within)).total)).toBe(expected.length);
  }
}

it("note the shapes and kinds of every block whose jobs are stored, once", async () => {
  await eventually(async () => expect(await readNoted()).toBe(2_047));
  const { rows } = await pool.query<{ bucket: number; block: number; kind: string | null }>(
    "select bucket, block, kind from scheduler.job_blocks where shape is null",
  );
  const expected = new Set<string>();
  const buckets = [...new Set(rows.map(({ bucket }) => bucket))].sort();
  for (const [i, { kind = "", retention }] of specs.entries()) {
    const block = Math.floor((i + 1) / 512);
    const isMany = (block === 2 || block === 3) && retention === undefined;
    if (block < 4) expected.add(`${retention ? buckets[1] : buckets[0]} ${block} ${isMany ? null : kind}`);
  }
  expect(buckets).toHaveLength(2);
  expect(rows.map(({ bucket, block, kind }) => `${bucket} ${block} ${kind}`).sort()).toEqual([...expected].sort());
  const { rows: shapes } = await pool.query<{ block: number }>(
    `select block from scheduler.job_blocks b join scheduler.shapes s using (ns, shape) where queue = 'single'`,
  );
  expect(shapes).toEqual([{ block: 1 }]);
});

it("lead lists by queue and kind to their jobs", async () => {
  await check();
  // They are what the lists go by: one that is taken away takes its jobs along.
  const { rows } = await pool.query("delete from scheduler.job_blocks where kind = 'rare' and block = 1 returning *");
  const left = serialsWhere(({ kind }, i) => kind === "rare" && Math.floor((i + 1) / 512) !== 1);
  expect(await listed({ kinds: ["rare"] }, OLDEST, 100)).toEqual(left);
  for (const { ns: space, bucket, block, kind } of rows)
    await pool.query("insert into scheduler.job_blocks values ($1, $2, $3, null, $4)", [space, bucket, block, kind]);
  await check();
});

it("are not needed: a database without is noted from its first job on, and its lists are right all the time", async () => {
  await system.stop();
  await pool.query("truncate scheduler.job_blocks");
  await pool.query("update scheduler.namespaces set blocks_upto = -1");
  system = await startScheduler(database, { blockIntervalMs: 2_147_483_647 });
  await check();
  await system.stop();
  system = await startScheduler(database, { blockIntervalMs: 20 });
  await eventually(async () => expect(await readNoted()).toBe(2_047));
  await check();
});

it("go with their bucket", async () => {
  const { rows } = await pool.query<{ ns: number; epoch: number; n: number }>(
    `select n.id as ns, s.epoch, (select count(*)::int from scheduler.job_blocks) as n
     from scheduler.namespaces n join scheduler.shards s using (shard)`,
  );
  const [{ ns: space, epoch, n } = { ns: 0, epoch: 0, n: 0 }] = rows;
  await pool.query("insert into scheduler.job_blocks values ($1, 299999, 0, null, 'gone'), ($1, 299999, 0, 1, null)", [
    space,
  ]);
  await deleteBlocks(pool, { shard: 0, epoch });
  const left = await pool.query("select bucket from scheduler.job_blocks");
  expect(left.rows).toHaveLength(n);
  expect(left.rows).not.toContainEqual({ bucket: 299_999 });
});
