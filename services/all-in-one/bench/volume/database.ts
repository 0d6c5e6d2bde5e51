import { existsSync } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import { createPool, type Pool, startEmbeddedPostgres } from "@switchyard/postgres";
import { migrateScheduler } from "@switchyard/scheduler";
import { familyCpu } from "../scheduler/measure/cpu-time.js";
import { fill } from "./fill/fill.js";
import { clearJobs, makePatterns, type PatternEvents } from "./fill/patterns.js";
import type { Amounts } from "./fill/plan.js";
import { startScheduler } from "./scheduler-process.js";

/** A database and a pool for what the bench itself does with it. */
export interface BenchDatabase {
  readonly url: string;
  readonly pool: Pool;
}

/** The cluster of the bench. What was filled once is there in the next run. */
export interface Cluster {
  /** A database with so many jobs; filled now unless a run before has done it. */
  filled(amounts: Amounts): Promise<BenchDatabase>;
  /** Processor time of PostgreSQL so far, ms. */
  cpuMs(): Promise<number>;
  stop(): Promise<void>;
}

/** The first serial of what is filled in: below it there is room for the buckets of the retention's figure. */
export const firstSerial = 20_000_001;

/** Starts the cluster in a directory, at full durability. */
export async function openCluster(directory: string, say: (text: string) => void): Promise<Cluster> {
  await mkdir(directory, { recursive: true });
  const isNew = !existsSync(`${directory}/postgres/cluster`);
  const server = await startEmbeddedPostgres({
    dataDir: `${directory}/postgres`,
    persistent: true,
    settings: {
      shared_buffers: "2GB",
      min_wal_size: "2GB",
      max_wal_size: "8GB",
      max_locks_per_transaction: 256,
      maintenance_work_mem: "256MB",
      // For the sums of a day that is filled in.
      work_mem: "64MB",
    },
  });
  if (isNew) say(`a new cluster in ${directory}`);
  const admin = openPool(server.url);
  const pools: Pool[] = [admin];
  return {
    async filled(amounts) {
      const name = `jobs_${amounts.finished}_${amounts.waiting}`;
      const address = new URL(server.url);
      address.pathname = `/${name}`;
      const url = address.href;
      const { rowCount } = await admin.query("select from pg_database where datname = $1", [name]);
      if (rowCount === 0) {
        say(`filling ${name}`);
        const draft = new URL(server.url);
        draft.pathname = `/${name}_draft`;
        await admin.query(`drop database if exists ${name}_draft with (force)`);
        await admin.query(`create database ${name}_draft`);
        await fillNew(draft.href, amounts, say);
        await admin.query(`alter database ${name}_draft rename to ${name}`);
      }
      const pool = openPool(url);
      pools.push(pool);
      return { url, pool };
    },
    async cpuMs() {
      const file = await readFile(`${directory}/postgres/cluster/postmaster.pid`, "utf8");
      return (await familyCpu(Number(file.split("\n")[0]))) / 1_000;
    },
    async stop() {
      await Promise.all(pools.map((pool) => pool.close()));
      await server.stop();
    },
  };
}

async function fillNew(url: string, amounts: Amounts, say: (text: string) => void): Promise<void> {
  await migrateScheduler(url);
  const pool = openPool(url);
  try {
    const scheduler = await startScheduler(url);
    const patterns: PatternEvents = await makePatterns(pool, scheduler, async () => {
      await scheduler.stop();
    });
    await clearJobs(pool);
    await fill(pool, patterns, amounts, { firstSerial, say });
  } finally {
    await pool.close();
  }
}

/** Connections whose statements may take long. */
function openPool(url: string): Pool {
  return createPool({ url, max: 4, applicationName: "bench", statementTimeoutMs: 0, transactionTimeoutMs: 0 });
}
