import type { CoreClients } from "../../core/clients.js";
import type { Queue, QueueCounts } from "@switchyard/proto/switchyard/scheduler/v1/queue_service_pb";
import { reasonOf } from "@switchyard/errors";
import { taskQueue } from "./job-spec.js";
import { runnerStatesOf, type TaskStatus, type WorkerStatus, workerStatuses } from "./vocabulary.js";

/** Counts the dialect's tasks by status, from the scheduler's own sums. */
export async function countTasks({ queues }: CoreClients, namespace: string): Promise<Record<TaskStatus, number>> {
  const counts = { pending: 0, running: 0, completed: 0, failed: 0, timeout: 0, cancelled: 0 };
  const { queue } = await queues.getQueue({ namespace, name: taskQueue }).catch(nothingIfNotFound);
  if (queue?.counts !== undefined) addTo(counts, queue.counts);
  return counts;
}

/** Counts the workers of a namespace by status. */
export async function countWorkers({ fleet }: CoreClients, namespace: string): Promise<Record<WorkerStatus, number>> {
  const counts = { idle: 0, busy: 0, offline: 0 };
  const totals = workerStatuses.map(async (status) => {
    const { total } = await fleet.listRunners({ namespace, states: runnerStatesOf(status), pageSize: 1 });
    counts[status] = Number(total);
  });
  await Promise.all(totals);
  return counts;
}

/** The sum of some numbers by name. */
export function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}

/** A queue is made by its first job. */
function nothingIfNotFound(error: unknown): { queue?: Queue } {
  if (reasonOf(error) === "QUEUE_NOT_FOUND") return {};
  throw error;
}

function addTo(counts: Record<TaskStatus, number>, queue: QueueCounts): void {
  counts.pending += Number(queue.blocked + queue.scheduled + queue.queued);
  counts.running += Number(queue.claimed + queue.started);
  counts.completed += Number(queue.succeeded);
  counts.failed += Number(queue.failed);
  counts.timeout += Number(queue.timedOut);
  counts.cancelled += Number(queue.cancelled);
}
