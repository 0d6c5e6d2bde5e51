import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { createPool, type EmbeddedPostgres, startEmbeddedPostgres } from "@switchyard/postgres";
import { AttemptState } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { type Job, JobState } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { eventually, freePort, temporaryDirectory } from "@switchyard/testkit";
import { pino } from "pino";
import { afterAll, beforeAll, expect, it } from "vitest";
import { schedulerDefaults } from "../../src/index.js";
import { type Load, startLoad } from "./load.js";
import { type SchedulerProcess, startSchedulerProcess } from "./scheduler-process.js";

/** `npm run test:crashes` asks for more. */
const crashes = Number(process.env.CRASHES ?? 1);
/** A crash and the load after it take about three seconds; the rest is for a slow machine. */
const options = { timeout: 120_000 + crashes * 30_000 };

let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
let port: number;
let server: EmbeddedPostgres;
let scheduler: SchedulerProcess;
let load: Load;

beforeAll(async () => {
  directory = await temporaryDirectory();
  port = await freePort();
  server = await startServer();
});
afterAll(async () => {
  await server.stop();
  await directory.remove();
});

/** A server of its own, at full durability: it is restarted, which the one of the other tests must not be. */
async function startServer(): Promise<EmbeddedPostgres> {
  const dataDir = join(directory.path, "postgres");
  await mkdir(dataDir, { recursive: true });
  return startEmbeddedPostgres({ dataDir, port, persistent: true });
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Ends the server as a crash would: `SIGQUIT` is PostgreSQL's immediate shutdown. */
async function endImmediately(): Promise<void> {
  const file = await readFile(join(directory.path, "postgres/cluster/postmaster.pid"), "utf8");
  process.kill(Number.parseInt(file, 10), "SIGQUIT");
}

/** Connections of a scheduler that are not for reads: four lanes, four that look at shards and take them, one that renews leases, one that listens. */
const lanes = 10;

/** The scheduler's connections, whatever they do. */
async function countConnections(): Promise<number> {
  const pool = createPool({ url: server.url, applicationName: "crashes-test", log: pino({ level: "silent" }), max: 1 });
  try {
    const { rows } = await pool.query<{ count: number }>(
      "select count(*)::int as count from pg_stat_activity where application_name like 'scheduler%'",
    );
    return rows[0]?.count ?? 0;
  } finally {
    await pool.close();
  }
}

/** Lets things happen to the scheduler under load, then lets everything end, and looks at what is there. Says how long the service was away, ms. */
async function underLoad(
  namespace: string,
  happen: (n: number) => Promise<void>,
): Promise<{ outages: number[]; jobs: Job[] }> {
  scheduler = await startSchedulerProcess(server.url);
  load = startLoad(scheduler.address, namespace);
  const outages: number[] = [];
  try {
    await load.nextAcknowledged();
    for (let n = 0; n < crashes; n++) {
      await pause(500 + Math.random() * 1_000);
      const from = performance.now();
      await happen(n);
      await load.nextAcknowledged();
      outages.push(performance.now() - from);
    }
    await load.stopSubmits();
    const jobs = await eventually(
      async () => {
        const all = await load.readAll();
        const open = all.filter(({ state }) => state !== JobState.SUCCEEDED);
        expect(open.map(({ state }) => JobState[state])).toEqual([]);
        return all;
      },
      { timeoutMs: 60_000, intervalMs: 1_000 },
    );
    return { outages, jobs };
  } finally {
    await load.close();
    await scheduler.stop();
  }
}

/** Nothing that was acknowledged is lost, and nothing ran twice without a lost lease on record. */
function nothingIsLostOrDouble(jobs: readonly Job[]): void {
  const byId = new Map(jobs.map((job) => [job.id, job]));
  expect(jobs).toHaveLength(load.sent);
  expect(load.acknowledged.size).toBe(load.sent);
  expect(new Set(jobs.map(({ spec }) => spec?.labels["mark"])).size).toBe(load.sent);
  for (const [mark, jobId] of load.acknowledged) expect(byId.get(jobId)?.spec?.labels["mark"]).toBe(mark);
  expect(new Set(load.given).size).toBe(load.given.length);
  for (const { id, attempts } of jobs) {
    const states = attempts.map(({ state }) => AttemptState[state]);
    expect(states.at(-1)).toBe("SUCCEEDED");
    expect(states.slice(0, -1).every((state) => state === "LOST")).toBe(true);
    for (const { number, state } of attempts)
      if (load.taken.has(`${id}/${number}`)) expect(AttemptState[state]).toBe("SUCCEEDED");
  }
}

function tell(what: string, outages: readonly number[], jobs: readonly Job[]): void {
  const sorted = [...outages].sort((a, b) => a - b).map(Math.round);
  const lost = jobs.reduce((sum, { attempts }) => sum + attempts.length - 1, 0);
  const middle = sorted[Math.floor(sorted.length / 2)];
  console.info(
    `${outages.length} ${what}: ${jobs.length} jobs, each there and done once; ${lost} leases lost; back after ${middle} ms (median), ${sorted.at(-1)} ms (longest)`,
  );
}

it(`a scheduler that is killed ${crashes} times under load loses nothing and doubles nothing`, options, async () => {
  const { outages, jobs } = await underLoad("kills", () => scheduler.crash());
  nothingIsLostOrDouble(jobs);
  tell("kills", outages, jobs);
});

it(`a PostgreSQL that is restarted ${crashes} times under load neither`, options, async () => {
  let most = 0;
  const { outages, jobs } = await underLoad("restarts", async (n) => {
    most = Math.max(most, await countConnections());
    // Every other time it ends without a checkpoint, and recovers from its log.
    if (n % 2 === 0) await endImmediately();
    await server.stop();
    server = await startServer();
    expect(scheduler.isAlive()).toBe(true);
  });
  nothingIsLostOrDouble(jobs);
  expect(most).toBeGreaterThan(0);
  expect(most).toBeLessThanOrEqual(schedulerDefaults.poolSize + lanes);
  tell("restarts of PostgreSQL", outages, jobs);
});
