import { PgBoss } from "pg-boss";

const plain = "bench";
/** A NOTIFY with each submit costs throughput, so only the measurement of delays has it. */
const notifying = "bench-notifying";

/** What a tuning run found best. */
const modes = {
  bulk: { batchSize: 1_000, localConcurrency: 4, burstWhenBatchFull: true },
  results: { batchSize: 1_000, localConcurrency: 4, burstWhenBatchFull: true, perJobResults: true },
  steady: { batchSize: 500, localConcurrency: 2, burstWhenBatchFull: true, pollingIntervalSeconds: 0.5 },
  // Notifications that come while a worker is busy count as one: it has to take all that is there, or the rest waits for the next poll.
  latency: {
    batchSize: 100,
    localConcurrency: 1,
    burstWhenBatchFull: true,
    pollingIntervalSeconds: 0.5,
    notifyPollingIntervalSeconds: 0.5,
  },
};
const output = { ok: true, text: "done" };

/** pg-boss on PostgreSQL. */
export async function openPgBoss(connectionString) {
  const boss = new PgBoss({
    connectionString,
    max: 16,
    useListenNotify: true,
    // Nothing runs beside the work that is measured.
    supervise: false,
    schedule: false,
    monitorVacuum: false,
  });
  boss.on("error", (error) => console.error(error));
  await boss.start();
  await boss.createQueue(plain);
  await boss.createQueue(notifying, { notify: true });
  let queue = plain;
  const query = async (sql) => (await boss.getDb().executeSql(sql)).rows;

  return {
    submitOne: (body) => boss.send(queue, body),
    submitMany: (bodies) =>
      boss.insert(
        queue,
        bodies.map((data) => ({ data })),
      ),
    openJobs: async () =>
      (await query("select count(*)::int as open from pgboss.job where state < 'completed'"))[0].open,
    async work(mode, handle) {
      queue = mode === "latency" ? notifying : plain;
      await boss.work(queue, modes[mode], async (jobs) => {
        for (const { data } of jobs) handle(data);
        return mode === "results" ? jobs.map(({ id }) => ({ id, status: "completed", output })) : undefined;
      });
      return {
        settled: async () => (await query("select 1 from pgboss.job where state < 'completed' limit 1")).length === 0,
        stop: () => boss.offWork(queue, { wait: true }),
      };
    },
    close: () => boss.stop({ graceful: false }),
  };
}
