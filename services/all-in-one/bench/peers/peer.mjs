// A peer as a process that takes commands: `peer.mjs NAME`. Its driver is the one that our own processes have.
import { serve } from "../dist/scheduler/driver/serve.js";
import { submitCommands } from "../dist/scheduler/driver/submit-commands.js";
import { workCommands } from "../dist/scheduler/driver/work-commands.js";

const open = {
  "pg-boss": async () => (await import("./queues/pg-boss.mjs")).openPgBoss(process.env.DATABASE_URL),
  "graphile-worker": async () =>
    (await import("./queues/graphile-worker.mjs")).openGraphileWorker(process.env.DATABASE_URL),
  "bullmq-postgres": async () => (await import("./queues/bullmq.mjs")).openBullMqOnPostgres(process.env.DATABASE_URL),
  "bullmq-redis": async () => (await import("./queues/bullmq.mjs")).openBullMqOnRedis(Number(process.env.REDIS_PORT)),
};

const queue = await open[process.argv[2]]();
const work = workCommands(queue);
serve({ ...submitCommands(queue), ...work }, async () => {
  await work.stopWork();
  await queue.close();
});
