import { eventually, seededRandom, type TestDatabase } from "@switchyard/testkit";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  append,
  createLogDatabase,
  messages,
  namespace,
  newJob,
  type Replica,
  readAll,
  reasonName,
  startReplica,
  text,
} from "./log-bundle.js";

// An attempt that has ended writes no more, whoever ended it, on whatever replica. `npm run test:logs` has 10,000 races.

const races = Number(process.env["LOG_RACES"] ?? 300);
const seed = Number(process.env["LOG_RACES_SEED"] ?? Date.now() % 1_000_000);
const random = seededRandom(seed);
const chance = (share: number) => random() < share;

/** Races that go on at the same time: their writes meet in the same flushes. */
const perRound = 50;

let database: TestDatabase;
let replicas: readonly Replica[];
let holder: pg.Client;

beforeAll(async () => {
  database = await createLogDatabase();
  replicas = await Promise.all([startReplica(database.url), startReplica(database.url)]);
  holder = new pg.Client({ connectionString: database.url });
  await holder.connect();
});
afterAll(async () => {
  await holder.end();
  await Promise.all(replicas.map((replica) => replica.stop()));
  await database.drop();
});

const anyReplica = () => replicas[chance(0.5) ? 1 : 0] as Replica;

const seal = (job: string, which: { case: "attempt" | "beforeAttempt"; value: number }) =>
  anyReplica().client.sealLog({ namespace, targets: [{ jobId: job, which }] });

/** What ends attempt 1 of a job, and what its appends are told from then on. */
const ends: readonly { readonly name: string; readonly reason: string; end(job: string): Promise<unknown> }[] = [
  {
    name: "the next attempt's first append",
    reason: "LEASE_LOST",
    async end(job) {
      expect(reasonName(await append(anyReplica(), job, text("of attempt 2\n"), { attempt: 2 }))).toBe("");
    },
  },
  { name: "a seal", reason: "LOG_SEALED", end: (job) => seal(job, { case: "attempt", value: 1 }) },
  {
    name: "a seal of all before",
    reason: "LEASE_LOST",
    end: (job) => seal(job, { case: "beforeAttempt", value: 2 }),
  },
];

/** Appends of attempt 1 under way while it ends: one each on both replicas, or the same one, numbered, on both. */
const ways = ["each its own", "the same"] as const;

interface Race {
  readonly job: string;
  readonly end: (typeof ends)[number];
  readonly way: (typeof ways)[number];
  /** Lines that were acknowledged before. */
  readonly base: readonly string[];
  /** Turns of the event loop by which the stale appends, if above 0, or the end, if below, comes later. */
  readonly turns: number;
}

function newRace(): Race {
  return {
    job: newJob(),
    end: ends[Math.floor(random() * ends.length)] as (typeof ends)[number],
    way: ways[chance(0.5) ? 1 : 0],
    base: Array.from({ length: Math.floor(random() * 3) }, (_, i) => `before ${i}`),
    turns: Math.floor(random() * 13) - 6,
  };
}

/** On which side of the end the appends of a race fell. */
type Side = "added" | "refused";

async function afterTurns(turns: number): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** The lines of attempt 1; none where the stream was never made. */
async function linesOf(job: string): Promise<string[]> {
  const replica = anyReplica();
  const { streams } = await replica.client.listLogs({ namespace, jobId: job, attempt: 1 });
  return streams.length === 0 ? [] : messages(await readAll(replica, job));
}

/** Runs a race to its end. @returns the side of each stale line */
async function run({ job, end, way, base, turns }: Race): Promise<readonly Side[]> {
  const lines = way === "the same" ? ["late", "late"] : ["late 0", "late 1"];
  const number = way === "the same" ? { expectedSequence: BigInt(base.length) } : {};
  const stale = lines.map(async (line, i) => {
    await afterTurns(turns);
    return reasonName(await append(replicas[i] as Replica, job, { ...text(`${line}\n`), ...number }));
  });
  // Whatever fails is thrown where it is awaited, not while the other side still runs.
  const settled = Promise.allSettled(stale);
  await afterTurns(-turns);
  await end.end(job);
  const acknowledged = await linesOf(job);
  await settled;
  const reasons = await Promise.all(stale);

  const expected = [...new Set(lines.filter((_, i) => reasons[i] === ""))];
  expect(acknowledged.slice(0, base.length)).toEqual(base);
  expect(acknowledged.slice(base.length).sort()).toEqual(expected);
  for (const reason of reasons) expect(["", end.reason]).toContain(reason);
  for (const replica of replicas) expect(reasonName(await append(replica, job, text("too late\n")))).toBe(end.reason);
  expect(await linesOf(job)).toEqual(acknowledged);
  return reasons.map((reason) => (reason === "" ? "added" : "refused"));
}

/** Keeps the rows of jobs and of their streams to itself, until it is released: whoever wants to write there waits. */
async function lockRows(jobs: readonly string[]): Promise<void> {
  await holder.query("begin");
  await holder.query("select from logs.jobs where job_id = any($1) order by job_id for update", [jobs]);
  await holder.query("select from logs.streams where job_id = any($1) order by id for update", [jobs]);
}
const releaseRows = () => holder.query("commit");

const untilWaiting = (statements: number) =>
  eventually(async () => expect(await countWaiting()).toBeGreaterThanOrEqual(statements), { intervalMs: 1 });

async function countWaiting(): Promise<number> {
  // Not through the holder: what it sees of others stands still during its transaction.
  const { rows } = await anyReplica().pool.query<{ count: number }>(
    "select count(*)::int as count from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
  );
  return rows[0]?.count ?? 0;
}

test(`in ${races} races of stale appends against the end of their attempt nothing is added afterwards`, {
  timeout: 60_000 + races * 50,
}, async () => {
  const counts = new Map<string, number>();
  for (let done = 0; done < races; ) {
    const round = Array.from({ length: Math.min(perRound, races - done) }, newRace);
    const begun = round.filter(({ base }) => base.length > 0);
    await Promise.all(begun.map(({ job, base }) => append(anyReplica(), job, text(`${base.join("\n")}\n`))));
    // Of half of the rounds both sides stand before the same locks when they are opened, and the server chooses.
    const isHeld = begun.length > 1 && chance(0.5);
    if (isHeld) await lockRows(begun.map(({ job }) => job));
    const running = Promise.all(round.map(run));
    if (isHeld) await Promise.race([untilWaiting(2), running]).finally(releaseRows);
    const sides = await running;
    for (const [i, race] of sides.entries()) {
      for (const side of race) {
        const key = `${round[i]?.end.name}: ${side}`;
        counts.set(key, (counts.get(key) ?? 0) + 1);
      }
    }
    done += round.length;
  }
  const figures = [...counts].sort().map(([key, count]) => `${key} ${count}`);
  console.info(`log races: seed ${seed}, ${figures.join(", ")}`);
  for (const { name } of ends)
    for (const side of ["added", "refused"]) expect(counts.get(`${name}: ${side}`) ?? 0).toBeGreaterThan(0);
});

test("a stale append and the next attempt's first one in the same flush do not disturb the others", async () => {
  const [replica] = replicas as [Replica];
  for (let round = 0; round < 5; round++) {
    const [job, busy] = [newJob(), newJob()];
    for (const one of [job, busy]) await append(replica, one, text("one\n"));
    await lockRows([busy]);
    const held = append(replica, busy, text("two\n"));
    await untilWaiting(1);
    const gathered = [
      append(replica, job, text("late\n")),
      append(replica, job, text("two\n"), { attempt: 2 }),
      append(replica, newJob(), text("of somebody else\n")),
    ];
    // Once where their streams end has been read, all of them stand in line behind the flush that is held.
    await replica.client.listLogs({ namespace, jobId: job });
    await eventually(() => expect(replica.pool.idleCount).toBe(replica.pool.totalCount), { intervalMs: 1 });
    await releaseRows();
    expect(await Promise.all([held, ...gathered].map(async (one) => reasonName(await one)))).toEqual([
      ...["", "LEASE_LOST", "", ""],
    ]);
    expect(messages(await readAll(replica, job))).toEqual(["one"]);
    expect(messages(await readAll(replica, job, "stdout", 2))).toEqual(["two"]);
  }
});
