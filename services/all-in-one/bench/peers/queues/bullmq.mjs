import { createPostgresBackend, Queue, Worker, withBackend } from "bullmq";

const name = "bench";
const result = { ok: true, text: "done" };

/** BullMQ on Redis. */
export function openBullMqOnRedis(port) {
  return open({ Queue, Worker }, { host: "127.0.0.1", port, maxRetriesPerRequest: null }, 100);
}

/** BullMQ on PostgreSQL; with 32 jobs at once it does half of what it does with 10. */
export function openBullMqOnPostgres(connectionString) {
  return open(withBackend(createPostgresBackend), { connectionString, max: 16, migrate: true }, 10);
}

/** Opens a queue. What has ended stays, with its result, as it does by default. */
async function open(classes, connection, concurrency) {
  const queue = new classes.Queue(name, { connection });
  queue.on("error", (error) => console.error(error));
  await queue.waitUntilReady();

  return {
    submitOne: (body) => queue.add("work", body),
    submitMany: (bodies) => queue.addBulk(bodies.map((data) => ({ name: "work", data }))),
    async openJobs() {
      const counts = await queue.getJobCounts("waiting", "active", "delayed", "prioritized");
      return Object.values(counts).reduce((sum, count) => sum + count, 0);
    },
    async work(_mode, handle) {
      let unsettled = 0;
      const worker = new classes.Worker(
        name,
        async ({ data }) => {
          unsettled++;
          handle(data);
          return result;
        },
        { connection, concurrency },
      );
      worker.on("error", (error) => console.error(error));
      worker.on("completed", () => unsettled--);
      return { settled: () => unsettled === 0, stop: () => worker.close() };
    },
    close: () => queue.close(),
  };
}
