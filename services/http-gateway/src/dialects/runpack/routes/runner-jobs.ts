import { reasonOf } from "@switchyard/errors";
import type { Lease } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { type Job, JobView } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import type { FastifyInstance } from "fastify";
import { releaseIfUnread } from "../../../core/release-unread.js";
import { sendJsonArray } from "../../../http/send-array.js";
import { writeJson } from "../../../json/raw-json.js";
import { durationFromSeconds } from "../../../json/timestamp.js";
import { jobIdOf, mayBeJobId, mayBeRunnerId, type RunpackContext, runnerIdOf } from "../context.js";
import { addEndpoint, sendJson } from "../endpoint.js";
import { refused } from "../errors.js";
import { findJob } from "../find-job.js";
import { jobTypeOf, kindFromJobType, needsClientData } from "../job-type.js";
import { availableJobView, claimedJobView } from "../mapping.js";
import { rateLimits } from "../rate-limit.js";
import * as schemas from "../schemas.js";
import { noteSignOfLife } from "../sign-of-life.js";
import { statusOf } from "../vocabulary.js";

/** Jobs in one answer, at most. */
const maxAvailable = 50;

/** A runner looks for jobs, and takes one. */
export function runnerJobRoutes(app: FastifyInstance, context: RunpackContext): void {
  const tags = ["runner"];

  addEndpoint(app, context, {
    ...{ method: "GET", url: "/api/runner/jobs/available", access: "runner", limit: rateLimits.available },
    operation: "Failed to get available jobs",
    schema: {
      ...{ tags, summary: "Lists jobs that could be claimed, oldest first.", querystring: schemas.availableQuery },
      response: { 200: schemas.available, 400: schemas.error },
    },
    async handle(request, reply) {
      const { "types[]": types = [] } = request.query as { readonly "types[]"?: readonly string[] };
      await noteSignOfLife(context, runnerIdOf(request), request.log);
      return sendJsonArray(reply, availableJobs(context, types), ['{"jobs":[', "]}"]);
    },
  });

  addEndpoint(app, context, {
    ...{ method: "POST", url: "/api/runner/jobs/:jobId/claim", access: "runner" },
    operation: "Failed to claim job",
    schema: {
      ...{ tags, summary: "Claims a job.", params: schemas.jobParams },
      response: { 200: schemas.claimed, 400: schemas.error, 404: schemas.done, 409: schemas.done },
    },
    async handle(request, reply) {
      const [jobId, runnerId] = [jobIdOf(request), runnerIdOf(request)];
      if (!mayBeJobId(jobId)) {
        await noteSignOfLife(context, runnerId, request.log);
        throw notClaimable();
      }
      const lease = await claim(context, jobId, runnerId);
      releaseIfUnread(context.core, context.config.namespace, lease, reply);
      const job = claimedJobView(lease, await jobTypeOfLease(context, lease));
      return sendJson(reply, 200, writeJson({ success: true, message: "Job claimed successfully", job }));
    },
  });
}

const notClaimable = () => refused(409, "Job already claimed or not found");

/** The claimable jobs of some types as JSON texts. Types are compared as they are written, wildcards too. */
async function* availableJobs({ core, config }: RunpackContext, types: readonly string[]): AsyncGenerator<string> {
  const kinds = [...new Set(types)].filter((type) => type !== "").map((type) => kindFromJobType(type).kind);
  if (kinds.length === 0) return;
  const profile = { kinds: kinds.map((value) => ({ by: { case: "exact" as const, value } })) };
  let missing = maxAvailable;
  let pageToken = "";
  do {
    const request = { namespace: config.namespace, profile, limit: missing, view: JobView.PAYLOADS, pageToken };
    const page = await core.jobs.peekJobs(request);
    for (const job of page.jobs) yield writeJson(availableJobView(job));
    missing -= page.jobs.length;
    pageToken = page.nextPageToken;
  } while (pageToken !== "" && missing > 0);
}

/** @throws RunpackError 409 for a job that is not there to be claimed, 404 for one that is by a runner that nobody knows */
async function claim(context: RunpackContext, jobId: string, runnerId: string): Promise<Lease> {
  const { core, config } = context;
  if (!mayBeRunnerId(runnerId)) throw await strangerRefusal(context, jobId);
  const lease = durationFromSeconds(config.heartbeatTimeoutMs / 1000);
  try {
    const answer = await core.runners.claimJob({ namespace: config.namespace, runnerId, jobId, lease });
    // An operator lets the runner drain, or it has as many jobs as the core gives to one.
    if (answer.lease === undefined) throw notClaimable();
    return answer.lease;
  } catch (error) {
    switch (reasonOf(error)) {
      case "JOB_NOT_FOUND":
      case "MALFORMED_ID":
      case "NOT_CLAIMABLE":
        throw notClaimable();
      case "RUNNER_NOT_FOUND":
      case "TOKEN_REVOKED":
        throw await strangerRefusal(context, jobId);
      default:
        throw error;
    }
  }
}

/** A runner that is not registered gets no job; which answer it gets depends on whether there was one. */
async function strangerRefusal(context: RunpackContext, jobId: string): Promise<Error> {
  const job: Job | undefined = await findJob(context, jobId, JobView.BASIC);
  return job !== undefined && statusOf(job) === "pending" ? refused(404, "Runner not found") : notClaimable();
}

async function jobTypeOfLease(context: RunpackContext, { jobId, kind }: Lease): Promise<string> {
  if (!needsClientData(kind)) return kind;
  const job = await findJob(context, jobId);
  return job === undefined ? kind : jobTypeOf(job.spec);
}
