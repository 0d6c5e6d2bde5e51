import { randomUUID } from "node:crypto";
import { create } from "@bufbuild/protobuf";
import { reasonOf } from "@switchyard/errors";
import { JobSchema, JobState } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { CancelMode } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import type { FastifyInstance } from "fastify";
import { itemError } from "../../../core/item-error.js";
import { sendJson } from "../../../http/send-json.js";
import type { JsonDocument } from "../../../json/parse-json.js";
import { userOf } from "../auth/guards.js";
import { jobIdOf, type SiloContext } from "../context.js";
import { getDefinition } from "../definitions/definition-store.js";
import { SiloError } from "../errors.js";
import type { CreateJobBody } from "../jobs/job-input.js";
import { jobSpecFrom } from "../jobs/job-spec.js";
import { jobView } from "../jobs/job-view.js";
import { asJobError, readJob } from "../jobs/read-job.js";
import { createJobBody, job, jobParams } from "../schemas/job.js";
import { jobStatusOf } from "../vocabulary.js";

/** Making, reading and cancelling a job. */
export function jobRoutes(app: FastifyInstance, context: SiloContext): void {
  const { core, config, guards } = context;
  const { namespace } = config;
  const tags = ["jobs"];

  app.post(
    "/api/jobs",
    {
      onRequest: guards.user("editor"),
      schema: { tags, summary: "Makes a job of a definition.", body: createJobBody, response: { 201: job } },
    },
    async (request, reply) => {
      const document = request.body as JsonDocument;
      const definition = await getDefinition(context, (document.value as CreateJobBody).definition_name);
      if (!definition.enabled) throw new SiloError("invalid_state", `job definition ${definition.name} is disabled`);
      const spec = jobSpecFrom(definition, document, userOf(request).name);
      const { jobs } = await core.jobs.submitJobs({ namespace, requestId: randomUUID(), items: [{ spec }] });
      const submitted = jobs[0];
      if (submitted === undefined) throw new Error("the scheduler answered without the submitted job");
      const { jobId: id, createTime } = submitted;
      // As it was made: a runner that waited may have it by now.
      const made = create(JobSchema, { id, spec, state: JobState.QUEUED });
      return sendJson(reply, jobView(createTime === undefined ? made : { ...made, createTime }), 201);
    },
  );

  app.get(
    "/api/jobs/:jobID",
    {
      onRequest: guards.user("viewer"),
      schema: { tags, summary: "Returns a job.", params: jobParams, response: { 200: job } },
    },
    async (request, reply) => sendJson(reply, jobView(await readJob(context, jobIdOf(request)))),
  );

  app.post(
    "/api/jobs/:jobID/cancel",
    {
      onRequest: guards.user("editor"),
      schema: { tags, summary: "Cancels a job at once.", params: jobParams, response: { 200: job } },
    },
    async (request, reply) => {
      const jobId = jobIdOf(request);
      const actor = userOf(request).name;
      const { results } = await core.jobs
        .cancelJobs({ namespace, jobIds: [jobId], mode: CancelMode.IMMEDIATE, actor })
        .catch((error: unknown) => {
          throw asJobError(error, jobId);
        });
      const refused = results[0] === undefined ? undefined : itemError(results[0]);
      if (refused !== undefined) throw await cancelRefusal(context, jobId, refused);
      return sendJson(reply, jobView(await readJob(context, jobId)));
    },
  );
}

async function cancelRefusal(context: SiloContext, jobId: string, refused: Error): Promise<unknown> {
  const reason = reasonOf(refused);
  if (reason !== "WRONG_STATE" && reason !== "ALREADY_FINISHED") return asJobError(refused, jobId);
  const status = jobStatusOf(await readJob(context, jobId));
  return new SiloError("invalid_state", `job ${jobId} is ${status} and cannot be cancelled`);
}
