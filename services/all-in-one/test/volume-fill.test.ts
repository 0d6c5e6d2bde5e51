import { create, toJson } from "@bufbuild/protobuf";
import { createPool, type Pool } from "@switchyard/postgres";
import {
  type Job,
  JobSchema,
  JobSpecSchema,
  JobState,
  JobView,
} from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { AggregateBy, ListOrder } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import type { TestDatabase } from "@switchyard/testkit";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fill } from "../bench/volume/fill/fill.js";
import { clearJobs, endJob, makePatterns, specOf } from "../bench/volume/fill/patterns.js";
import { type End, factsOf, namespace } from "../bench/volume/fill/vocabulary.js";
import { askSums, inKeyOrder, readFacts, sumUp } from "../../scheduler/test/rollups/oracle.js";
import { createSchedulerDatabase, startScheduler, type TestScheduler } from "../../scheduler/test/setup.js";

const amounts = { finished: 400, waiting: 200 };
const findings: unknown[] = [];
let database: TestDatabase;
let system: TestScheduler;
let pool: Pool;

beforeAll(async () => {
  database = await createSchedulerDatabase();
  pool = createPool({ url: database.url, applicationName: "volume-fill-test", log: pino({ level: "silent" }) });
  const first = await startScheduler(database);
  const patterns = await makePatterns(pool, first, () => first.stop());
  await clearJobs(pool);
  await fill(pool, patterns, amounts, { firstSerial: 1, say: () => undefined });
  system = await startScheduler(database, { auditIntervalMs: 50 }, { onFinding: (finding) => findings.push(finding) });
});
afterAll(async () => {
  await pool.close();
  await system.stop();
  await database.drop();
});

/** A filled job of a sort: the last one, which still has its events. */
async function filled(
  where: string,
): Promise<{ readonly serial: number; readonly kind: number; readonly subject: string }> {
  const { rows } = await pool.query<{ serial: number }>(
    `select j.serial from scheduler.jobs j left join scheduler.outcomes o using (ns, bucket, serial)
     where ${where} and j.serial <= $1
     order by serial desc limit 1`,
    [amounts.finished + amounts.waiting],
  );
  const serial = Number(rows[0]?.serial);
  return { serial, kind: factsOf.kind.of(serial), subject: factsOf.subject.of(serial) };
}

/** Columns that are another job's own: numbers, times, payloads and who did it. */
const own = [
  "serial",
  "bucket",
  "created_micros",
  "claimed_ms",
  "started_ms",
  "ended_ms",
  "input",
  "result",
  "decision",
  "runner",
];

/** The rows of a job in all tables, without what is its own; of that only whether it is there. */
async function rowsOf(serial: number): Promise<unknown> {
  const tables = ["jobs", "outcomes", "open", "leases", "amendments", "progress"];
  const rows = await Promise.all(
    tables.map(async (table) => {
      const answer = await pool.query<Record<string, unknown>>(`select * from scheduler.${table} where serial = $1`, [
        serial,
      ]);
      return answer.rows.map((row) =>
        Object.fromEntries(
          Object.entries(row).map(([name, value]) => [name, own.includes(name) ? mark(value) : value]),
        ),
      );
    }),
  );
  return Object.fromEntries(tables.map((table, i) => [table, rows[i]]));
}

function mark(value: unknown): string {
  if (Buffer.isBuffer(value)) return "bytes";
  return value === null ? "null" : value === 0 || value === "" ? "none" : typeof value;
}

/** As users see it, without what is its own. */
function shown(job: Job | undefined): unknown {
  const isOwn = (name: string) => /(Time|Id|Ids)$|^(serial|data|id|sequence|createTimeMicros)$/.test(name);
  const text = JSON.stringify(toJson(JobSchema, job as Job), (name, value: unknown) =>
    isOwn(name) && typeof value === "string" ? "own" : value,
  );
  return JSON.parse(text);
}

/** The sorts of a job's events, from the first one on. */
async function eventsOf(jobId: string): Promise<unknown[]> {
  const seen: unknown[] = [];
  for await (const { events } of system.jobs.watchJobs({
    namespace,
    jobIds: [jobId],
    afterSequence: 0n,
    untilFinal: true,
  }))
    for (const { sequence: _, time: __, jobId: ___, runnerId, ...event } of events)
      seen.push({ ...event, runnerId: runnerId === "" ? "none" : "some" });
  return seen;
}

const get = async (serial: number) => {
  const list = { namespace, filter: { afterSerial: BigInt(serial - 1) }, orderBy: ListOrder.OLDEST, pageSize: 1 };
  const { jobs } = await system.jobs.listJobs({ ...list, view: JobView.FULL });
  expect(jobs[0]?.serial).toBe(BigInt(serial));
  return jobs[0];
};

describe("jobs that are filled in", () => {
  it.each(["SUCCEEDED", "FAILED", "CANCELLED"] as const)(
    "have the rows of a job that ended as %s",
    async (end: End) => {
      const { serial, kind, subject } = await filled(`o.job_state = '${end}'`);
      const jobId = await endJob(system, kind, subject, end);
      const { job } = await system.jobs.getJob({ namespace, by: { case: "jobId", value: jobId }, view: JobView.FULL });
      expect(await rowsOf(serial)).toEqual(await rowsOf(Number(job?.serial)));
      const one = await get(serial);
      expect(shown(one)).toEqual(shown(job));
      expect(await eventsOf(one?.id ?? "")).toEqual(await eventsOf(jobId));
    },
  );

  it("have the rows of a job that waits", async () => {
    const { serial, kind, subject } = await filled("o.serial is null");
    const items = [{ spec: create(JobSpecSchema, specOf(kind, subject, "x")) }];
    const { jobs } = await system.jobs.submitJobs({ namespace, items });
    const real = Number(jobs[0]?.serial);
    expect(await rowsOf(serial)).toEqual(await rowsOf(real));
    const { rows } = await pool.query<{ created: number; packed: string }>(
      `select j.created_micros as created, encode(o.decision, 'hex') as packed
       from scheduler.open o join scheduler.jobs j using (ns, bucket, serial) where serial = any($1) order by serial`,
      [[serial, real]],
    );
    for (const { created, packed } of rows) expect(Buffer.from(packed, "hex").readDoubleBE(8)).toBe(Number(created));
    expect(new Set(rows.map(({ packed }) => packed.slice(0, 16))).size).toBe(1);
  });

  it("are in the sums of the scheduler", async () => {
    const facts = (await readFacts(system, namespace)).filter(({ endedMs }) => endedMs > 0);
    expect(facts.length).toBeGreaterThanOrEqual(amounts.finished);
    const states = [JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELLED];
    for (const by of [AggregateBy.KIND, AggregateBy.SUBJECT, AggregateBy.RUNNER, AggregateBy.HOUR]) {
      const groupBy = [by, AggregateBy.STATE];
      const sums = await askSums(system, { namespace, states, groupBy });
      expect(sums).toEqual(inKeyOrder(sumUp(facts, groupBy)));
    }
  });

  it("agree with what the scheduler has in memory", async () => {
    expect(findings).toEqual([]);
    const { total } = await system.jobs.listJobs({ namespace, filter: { states: [JobState.QUEUED] }, wantTotal: true });
    expect(Number(total)).toBeGreaterThanOrEqual(amounts.waiting);
  });
});
