import { durationText } from "../../output/times.js";
import type { Check } from "../examination.js";
import { fail, failedCall, type Finding, ok, warn } from "../finding.js";

/** Whether the scheduler decides: its database answers and the namespace's shard has an owner. */
export const schedulerCheck: Check = {
  name: "scheduler",
  asks: "scheduler",
  async run({ client, settings, timeoutMs }) {
    const { databaseConnected, databaseLatency, shards } = await client.jobs.getStatus({}, { timeoutMs });
    const database: Finding = databaseConnected
      ? ok(`its database answers in ${durationText(databaseLatency)}`)
      : fail("its database doesn't answer", "Look at PostgreSQL and at the scheduler's DATABASE_URL.");
    try {
      await client.queues.listQueues({ namespace: settings.namespace, pageSize: 1 }, { timeoutMs });
    } catch (error) {
      return [database, failedCall("it doesn't answer for the namespace", error)];
    }
    const open = shards.reduce((sum, { openJobs }) => sum + openJobs, 0n);
    const live = shards.reduce((sum, { liveAttempts }) => sum + liveAttempts, 0n);
    const owner =
      shards.length === 0
        ? ok("another replica owns the shard")
        : ok(
            `owns ${shards.length === 1 ? "its shard" : `${shards.length} shards`}: ${open} jobs open, ${live} running`,
          );
    return [database, owner];
  },
};

/** Queues from which nothing is claimed, or which take nothing new. */
export const queuesCheck: Check = {
  name: "queues",
  asks: "scheduler",
  async run({ client, settings, timeoutMs }) {
    const { queues } = await client.queues.listQueues(
      { namespace: settings.namespace, pageSize: 1_000 },
      { timeoutMs },
    );
    const stopped = queues.flatMap(({ name, paused, settings, counts }) => [
      ...(paused
        ? [
            warn(
              `${name} is paused; jobs that wait in it: ${counts?.queued ?? 0n}`,
              `Let it go on: switchyard queues resume ${name}`,
            ),
          ]
        : []),
      ...(settings?.draining
        ? [warn(`${name} is draining: submits are refused`, "End the drain when the queue is to take jobs.")]
        : []),
    ]);
    return stopped.length > 0
      ? stopped
      : [ok(queues.length === 0 ? "there are none yet" : `all are open: ${queues.length}`)];
  },
};
