import { JobState } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { AggregateBy } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import type { FastifyInstance } from "fastify";
import { writeJson } from "../../../json/raw-json.js";
import { countBy, meanTimes } from "../aggregates.js";
import type { TaskExecutorContext } from "../context.js";
import { countTasks, sum } from "../counts.js";
import { someObject } from "../schemas.js";

const dayMs = 24 * 60 * 60 * 1000;

/** Sums over all tasks, from the scheduler's roll-ups: no row is counted for them. */
export function taskStatsRoutes(app: FastifyInstance, { core, config: { namespace } }: TaskExecutorContext): void {
  const completed = { states: [JobState.SUCCEEDED] };
  const schema = { tags: ["tasks"], response: { 200: someObject } };

  app.get(
    "/api/v1/tasks/stats",
    { schema: { ...schema, summary: "Returns sums over all tasks." } },
    async (_, reply) => {
      const [counts, means, byProblem, byWorker] = await Promise.all([
        countTasks(core, namespace),
        meanTimes(core, namespace, completed),
        countBy(core, namespace, AggregateBy.KIND),
        countBy(core, namespace, AggregateBy.RUNNER),
      ]);
      const ended = counts.completed + counts.failed + counts.timeout;
      const stats = {
        total_tasks: sum(counts),
        pending_tasks: counts.pending,
        running_tasks: counts.running,
        completed_tasks: counts.completed,
        failed_tasks: counts.failed,
        timeout_tasks: counts.timeout,
        cancelled_tasks: counts.cancelled,
        avg_execution_time: means.execution,
        success_rate: ended === 0 ? 0 : counts.completed / ended,
        tasks_by_problem: byProblem,
        tasks_by_worker: byWorker,
      };
      return reply.type("application/json").send(writeJson(stats));
    },
  );

  app.get("/queue/stats", { schema: { ...schema, summary: "Returns the state of the queue." } }, async (_, reply) => {
    const [counts, execution, wait] = await Promise.all([
      countTasks(core, namespace),
      meanTimes(core, namespace, completed),
      meanTimes(core, namespace, { endedAfterMs: Date.now() - dayMs }),
    ]);
    const ended = counts.completed + counts.failed;
    const stats = {
      ...counts,
      total: sum(counts),
      success_rate: ended === 0 ? null : counts.completed / ended,
      average_wait_time: wait.wait,
      average_execution_time: execution.execution,
    };
    return reply.type("application/json").send(writeJson(stats));
  });
}
