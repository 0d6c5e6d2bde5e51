import { type Job, JobView } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { ListOrder } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import type { FastifyInstance } from "fastify";
import { sendJsonArray } from "../../../http/send-array.js";
import type { JsonDocument } from "../../../json/parse-json.js";
import { writeJson } from "../../../json/raw-json.js";
import { batchDeletion } from "../body-rules.js";
import { readConsole } from "../console.js";
import { jobIdOf, type RunpackContext } from "../context.js";
import { deleteJobs } from "../delete-jobs.js";
import { addEndpoint, sendJson } from "../endpoint.js";
import { badRequest, jobNotFound } from "../errors.js";
import { findJob, jobTypeOfListed } from "../find-job.js";
import { claimedBy, jobDetailView, listedJobView } from "../mapping.js";
import * as schemas from "../schemas.js";
import { filterOf, type StatusFilter, statusOf } from "../vocabulary.js";

/** Jobs in a list that asks for no number. */
const defaultLimit = 100;

/** What administrators see of jobs, and how they get rid of them. */
export function adminJobRoutes(app: FastifyInstance, context: RunpackContext): void {
  const tags = ["admin"];

  addEndpoint(app, context, {
    ...{ method: "GET", url: "/api/admin/jobs", access: "admin" },
    operation: "Failed to get jobs",
    schema: {
      ...{ tags, summary: "Lists jobs, newest first.", querystring: schemas.listJobsQuery },
      response: { 200: schemas.jobList, 400: schemas.error },
    },
    async handle(request, reply) {
      const { status, limit } = request.query as { readonly status?: string; readonly limit?: string };
      const jobs = listedTexts(context, status || undefined, limitFrom(limit));
      return sendJsonArray(reply, jobs, ['{"jobs":[', (count) => `],"total":${count}}`]);
    },
  });

  addEndpoint(app, context, {
    ...{ method: "GET", url: "/api/admin/jobs/:jobId", access: context.config.publicJobDetail ? "public" : "admin" },
    operation: "Failed to get job details",
    schema: {
      ...{ tags, summary: "Returns all about a job.", params: schemas.jobParams },
      response: { 200: schemas.jobDetail, 404: schemas.error },
    },
    async handle(request, reply) {
      const job = await findJob(context, jobIdOf(request));
      if (job === undefined) throw jobNotFound();
      return sendJson(reply, 200, writeJson(jobDetailView(job, await readConsole(context, job))));
    },
  });

  addEndpoint(app, context, {
    ...{ method: "DELETE", url: "/api/admin/jobs/:jobId", access: "admin" },
    operation: "Failed to delete job",
    schema: {
      ...{ tags, summary: "Deletes a job, whatever its status.", params: schemas.jobParams },
      response: { 200: schemas.done, 404: schemas.error },
    },
    async handle(request, reply) {
      const { deleted } = await deleteJobs(context, [jobIdOf(request)], request.log);
      if (deleted === 0) throw jobNotFound();
      return sendJson(reply, 200, writeJson({ success: true, message: "Job deleted successfully" }));
    },
  });

  addEndpoint(app, context, {
    ...{ method: "POST", url: "/api/admin/jobs/batch-delete", access: "admin", body: batchDeletion },
    operation: "Failed to delete jobs",
    schema: {
      ...{ tags, summary: "Deletes jobs one by one.", body: schemas.batchDeleteBody },
      response: { 200: schemas.batchDeleted, 400: schemas.error },
    },
    async handle(request, reply) {
      const { job_ids: ids } = (request.body as JsonDocument).value as { readonly job_ids: readonly unknown[] };
      if (ids.length === 0) throw badRequest("No job IDs provided");
      const { deleted, failed } = await deleteJobs(context, ids, request.log);
      const message = `Deleted ${deleted} of ${ids.length} jobs`;
      return sendJson(reply, 200, writeJson({ success: deleted > 0, deleted, failed, message }));
    },
  });
}

/** Leading digits count; a negative number is no limit. @throws RunpackError 400 for what begins with no number */
function limitFrom(text: string | undefined): number {
  if (text === undefined || text === "") return defaultLimit;
  const limit = Number.parseInt(text, 10);
  if (Number.isNaN(limit)) throw badRequest("Failed to get jobs", "limit must be a number");
  return limit < 0 ? Number.POSITIVE_INFINITY : limit;
}

async function* listedTexts(
  context: RunpackContext,
  status: string | undefined,
  limit: number,
): AsyncGenerator<string> {
  const filter = status === undefined ? { states: [] } : filterOf(status);
  if (filter === undefined || limit === 0) return;
  for await (const job of newestJobs(context, filter, limit)) {
    // A job may have gone on since it was chosen.
    if (status !== undefined && statusOf(job) !== status) continue;
    const view = listedJobView(job, await jobTypeOfListed(context, job));
    yield writeJson({ ...view, claimed_by: claimedBy(job) });
  }
}

/** The newest jobs, over as many pages as it takes. */
export async function* newestJobs(
  { core, config }: Pick<RunpackContext, "core" | "config">,
  filter: StatusFilter | { readonly runnerId: string },
  limit: number,
): AsyncGenerator<Job> {
  let missing = limit;
  let pageToken = "";
  do {
    const page = await core.jobs.listJobs({
      ...{ namespace: config.namespace, filter, orderBy: ListOrder.NEWEST, view: JobView.BASIC },
      ...{ pageSize: Math.min(missing, 1000), pageToken },
    });
    yield* page.jobs;
    missing -= page.jobs.length;
    pageToken = page.nextPageToken;
  } while (pageToken !== "" && missing > 0);
}
