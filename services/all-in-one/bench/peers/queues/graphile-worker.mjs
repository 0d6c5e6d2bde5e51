import { Logger, makeWorkerUtils, run } from "graphile-worker";
import pg from "pg";

const task = "bench";
const logger = new Logger(() => (level, message) => {
  if (level === "error" || level === "warning") console.error(message);
});

/** What a tuning run found best; the local queue holds jobs back from whoever waits for them, so the measurement of delays goes without. */
const batched = {
  concurrentJobs: 24,
  localQueue: { size: 500, refetchDelay: { durationMs: 10 } },
  completeJobBatchDelay: 0,
  failJobBatchDelay: 0,
};
const modes = {
  bulk: batched,
  results: batched,
  steady: batched,
  latency: { concurrentJobs: 4, completeJobBatchDelay: 0, failJobBatchDelay: 0 },
};

/** graphile-worker on PostgreSQL. It deletes a job that has ended, and keeps no result. */
export async function openGraphileWorker(connectionString) {
  const pgPool = new pg.Pool({ connectionString, max: 26 });
  pgPool.on("error", (error) => console.error(error));
  pgPool.on("connect", (client) => client.on("error", (error) => console.error(error)));
  const utils = await makeWorkerUtils({ pgPool, logger });
  await utils.migrate();
  const query = async (sql) => (await pgPool.query(sql)).rows;

  return {
    submitOne: (body) => utils.addJob(task, body),
    submitMany: (bodies) => utils.addJobs(bodies.map((payload) => ({ identifier: task, payload }))),
    openJobs: async () => (await query("select count(*)::int as open from graphile_worker._private_jobs"))[0].open,
    async work(mode, handle) {
      const runner = await run({
        pgPool,
        logger,
        noHandleSignals: true,
        preset: { worker: { ...modes[mode], maxPoolSize: 26 } },
        taskList: { [task]: (payload) => handle(payload) },
      });
      return {
        settled: async () => (await query("select 1 from graphile_worker._private_jobs limit 1")).length === 0,
        stop: () => runner.stop(),
      };
    },
    async close() {
      await utils.release();
      await pgPool.end();
    },
  };
}
