import type { QueueCounts } from "@switchyard/proto/switchyard/scheduler/v1/queue_service_pb";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { allRunners } from "../../../core/runner-pages.js";
import { sendJsonArray } from "../../../http/send-array.js";
import { writeJson } from "../../../json/raw-json.js";
import type { RunpackContext } from "../context.js";
import { addEndpoint, sendJson } from "../endpoint.js";
import { RunpackError } from "../errors.js";
import { jobTypeOfListed } from "../find-job.js";
import { listedJobView, msOf } from "../mapping.js";
import { isActive, lastSeenMs, runnerView } from "../runner-mapping.js";
import * as schemas from "../schemas.js";
import { newestJobs } from "./admin-jobs.js";
import { findRunner } from "./runner-identity.js";

/** Jobs that are shown of one runner, at most. */
const maxJobs = 100;

/** What administrators see of runners, and of everything together. */
export function adminRunnerRoutes(app: FastifyInstance, context: RunpackContext): void {
  const { runnerActiveMs } = context.config;
  const tags = ["admin"];

  addEndpoint(app, context, {
    ...{ method: "GET", url: "/api/admin/runners", access: "admin" },
    operation: "Failed to get runners",
    schema: { tags, summary: "Lists runners, last seen first.", response: { 200: schemas.runnerList } },
    async handle(_, reply) {
      const runners = (await allRunners(context.core, context.config.namespace)).sort(
        (a, b) => lastSeenMs(b) - lastSeenMs(a),
      );
      const now = Date.now();
      const texts = (async function* () {
        for (const runner of runners) yield writeJson(runnerView(runner, now, runnerActiveMs));
      })();
      return sendJsonArray(reply, texts, ['{"runners":[', (count) => `],"total":${count}}`]);
    },
  });

  addEndpoint(app, context, {
    ...{ method: "GET", url: "/api/admin/runners/:runnerId", access: "admin" },
    operation: "Failed to get runner details",
    schema: {
      ...{ tags, summary: "Returns all about a runner.", params: schemas.runnerParams },
      response: { 200: schemas.runnerDetail, 404: schemas.error },
    },
    async handle(request, reply) {
      const runner = await findRunner(context, namedRunner(request));
      if (runner === undefined) throw new RunpackError(404, { error: "Runner not found" });
      const jobs = [];
      for await (const job of newestJobs(context, { runnerId: runner.id }, maxJobs)) {
        jobs.push(listedJobView(job, await jobTypeOfListed(context, job)));
      }
      const view = runnerView(runner, Date.now(), runnerActiveMs);
      return sendJson(reply, 200, writeJson({ ...view, registered_at: msOf(runner.registerTime), jobs }));
    },
  });

  addEndpoint(app, context, {
    ...{ method: "GET", url: "/api/admin/stats", access: "admin" },
    operation: "Failed to get statistics",
    schema: { tags, summary: "Returns sums over all jobs and runners.", response: { 200: schemas.stats } },
    async handle(_, reply) {
      const [jobs, runners] = await Promise.all([
        countJobs(context),
        allRunners(context.core, context.config.namespace),
      ]);
      const now = Date.now();
      const active = runners.filter((runner) => isActive(runner, now, runnerActiveMs)).length;
      return sendJson(reply, 200, writeJson({ jobs, runners: { total: runners.length, active } }));
    },
  });
}

function namedRunner(request: FastifyRequest): string {
  return (request.params as { runnerId: string }).runnerId;
}

/** Counts jobs by status over all queues, from the scheduler's own sums. */
async function countJobs({ core, config }: RunpackContext): Promise<Record<string, number>> {
  const jobs = { pending: 0, claimed: 0, in_progress: 0, completed: 0, failed: 0, expired: 0, total: 0 };
  let pageToken = "";
  do {
    const page = await core.queues.listQueues({ namespace: config.namespace, pageSize: 1000, pageToken });
    for (const { counts } of page.queues) if (counts !== undefined) addTo(jobs, counts);
    pageToken = page.nextPageToken;
  } while (pageToken !== "");
  const total = Object.values(jobs).reduce((sum, count) => sum + count, 0);
  return { ...jobs, total };
}

function addTo(jobs: Record<string, number>, queue: QueueCounts): void {
  const add = (status: string, ...counts: readonly bigint[]) => {
    for (const count of counts) jobs[status] = (jobs[status] ?? 0) + Number(count);
  };
  add("pending", queue.blocked, queue.scheduled, queue.queued);
  add("claimed", queue.claimed);
  add("in_progress", queue.started);
  add("completed", queue.succeeded);
  add("failed", queue.failed, queue.timedOut, queue.cancelled);
}
