import { randomUUID } from "node:crypto";
import { reasonOf } from "@switchyard/errors";
import { type Job, JobView } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { SubmittedJob_Disposition } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import type { FastifyInstance } from "fastify";
import type { JsonDocument } from "../../../json/parse-json.js";
import { writeJson } from "../../../json/raw-json.js";
import { submission } from "../body-rules.js";
import { readConsole } from "../console.js";
import { jobIdOf, type RunpackContext } from "../context.js";
import { addEndpoint, sendJson } from "../endpoint.js";
import { jobNotFound } from "../errors.js";
import { findJob } from "../find-job.js";
import { everyState, jobSpecFromSubmission, type Submission, submissionOf } from "../job-spec.js";
import { jobStateView } from "../mapping.js";
import { rateLimits } from "../rate-limit.js";
import { announceJob } from "../relay.js";
import * as schemas from "../schemas.js";
import { type Standing, standingOf } from "../standing.js";
import { statusOf } from "../vocabulary.js";

/** Submitting a job, asking for one, and reading its state. */
export function jobRoutes(app: FastifyInstance, context: RunpackContext): void {
  const tags = ["jobs"];

  addEndpoint(app, context, {
    ...{ method: "POST", url: "/api/jobs/submit", access: "submit", limit: rateLimits.submit, body: submission },
    operation: "Failed to submit job",
    schema: {
      ...{
        tags,
        summary: "Submits a job, or returns the one that was submitted before.",
        body: schemas.submissionBody,
      },
      response: { 200: schemas.submitted, 201: schemas.submitted, 400: schemas.error },
    },
    async handle(request, reply) {
      const wanted = submissionOf(request.body as JsonDocument);
      const { job, created } = await submit(context, wanted);
      if (created) {
        await announceJob(context.config.relay, job.id, wanted, request.log);
        const answer = { job_id: job.id, status: "pending", message: "Job queued successfully" };
        return sendJson(reply, 201, writeJson(answer));
      }
      const standing = await standingOf(context, job, request.log);
      return sendJson(reply, 200, writeJson({ ...standing, message: submitMessage(standing) }));
    },
  });

  addEndpoint(app, context, {
    ...{ method: "POST", url: "/api/jobs/check", access: "submit", limit: rateLimits.submit, body: submission },
    operation: "Failed to check job",
    schema: {
      ...{ tags, summary: "Returns the job that a submission would find.", body: schemas.submissionBody },
      response: { 200: schemas.checked, 400: schemas.error },
    },
    async handle(request, reply) {
      const job = await lookUp(context, submissionOf(request.body as JsonDocument));
      if (job === undefined) {
        return sendJson(reply, 200, writeJson({ exists: false, message: "Job does not exist" }));
      }
      const standing = await standingOf(context, job, request.log);
      return sendJson(reply, 200, writeJson({ exists: true, ...standing, message: checkMessage(standing) }));
    },
  });

  addEndpoint(app, context, {
    ...{ method: "GET", url: "/api/jobs/:jobId", access: "submit", limit: rateLimits.poll },
    operation: "Failed to get job status",
    schema: {
      ...{ tags, summary: "Returns a job's state.", params: schemas.jobParams },
      response: { 200: schemas.jobState, 404: schemas.error },
    },
    async handle(request, reply) {
      const job = await findJob(context, jobIdOf(request));
      if (job === undefined) throw jobNotFound();
      const console = statusOf(job) === "completed" ? await readConsole(context, job) : "";
      return sendJson(reply, 200, writeJson(jobStateView(job, console)));
    },
  });
}

/** Submits a job, or finds the one that stands for it. One that is deleted at that very moment is submitted anew. */
async function submit(
  { core, config }: RunpackContext,
  wanted: Submission,
): Promise<{ readonly job: Job; readonly created: boolean }> {
  const spec = jobSpecFromSubmission(wanted, config);
  for (let tries = 0; tries < 5; tries += 1) {
    const { jobs } = await core.jobs.submitJobs({
      namespace: config.namespace,
      requestId: randomUUID(),
      items: [{ spec }],
      returnJobs: true,
    });
    const { job, disposition } = jobs[0] ?? {};
    // A repeat after a lost answer cannot tell whether the first try made the job or found it. It is told as found: the
    // caller has the id and the state all the same, and two callers never hear that they made it.
    if (job !== undefined) return { job, created: disposition === SubmittedJob_Disposition.CREATED };
  }
  throw new Error("a job was deleted each time that it was submitted");
}

async function lookUp({ core, config }: RunpackContext, { hash }: Submission): Promise<Job | undefined> {
  const by = { case: "key" as const, value: hash };
  const { job } = await core.jobs
    .lookupResult({ namespace: config.namespace, by, states: everyState, view: JobView.PAYLOADS })
    .catch((error: unknown) => (reasonOf(error) === "RESULT_NOT_FOUND" ? { job: undefined } : Promise.reject(error)));
  return job;
}

function submitMessage({ status }: Standing): string {
  if (status === "completed") return "Job already completed (cached result)";
  if (status === "failed") return "Job previously failed";
  return status === "expired" ? "Job result has expired" : `Job is ${status}`;
}

function checkMessage({ status }: Standing): string {
  if (status === "completed") return "Job exists with cached result";
  if (status === "failed") return "Job exists but previously failed";
  return status === "expired" ? "Job exists but result has expired" : `Job exists and is ${status}`;
}
