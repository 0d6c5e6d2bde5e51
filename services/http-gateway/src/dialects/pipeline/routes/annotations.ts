import { collections, soleKeys } from "@switchyard/pipeline-model";
import type { FastifyInstance } from "fastify";
import { sendJson } from "../../../http/send-json.js";
import type { JsonDocument } from "../../../json/parse-json.js";
import { annotationsView, feedbackView, noAnnotations, rebuildView } from "../annotations/annotation-views.js";
import { priorsView } from "../annotations/priors-view.js";
import { jobIdOf, type PipelineContext, runIdOf } from "../context.js";
import { isPostingId } from "../posting-id.js";
import { type Body, readDocument } from "../documents/document-store.js";
import { findPosting } from "../documents/posting.js";
import { badRequest, notFound } from "../errors.js";
import { readRun } from "../runs/read-run.js";
import { factsOf } from "../runs/run-facts.js";
import { runNow } from "../runs/run-now.js";
import { startRun } from "../runs/start-run.js";
import { answers, feedbackBody, generateQuery, generationParams } from "../schemas/annotations.js";
import { postingParams } from "../schemas/common.js";
import { booleanOf } from "../schemas/query-flag.js";
import { operationStatusOf } from "../vocabulary.js";

const generateOperation = "generate-annotations";

/** Suggestions for annotations, and what is learned from their fate. Public, unless the operator says otherwise. */
export function annotationRoutes(app: FastifyInstance, context: PipelineContext): void {
  const tags = ["annotations"];
  const preValidation = context.access.annotations;

  app.post(
    "/jobs/:job_id/generate-annotations",
    {
      preValidation,
      schema: {
        tags,
        summary: "Annotates the sections of a posting.",
        params: postingParams,
        querystring: generateQuery,
        response: { 200: answers.generated },
      },
    },
    async (request, reply) => {
      const jobId = jobIdOf(request);
      if (!isPostingId(jobId)) throw badRequest("Invalid job_id format");
      const posting = await findPosting(context, jobId);
      if (posting === undefined) return sendJson(reply, noAnnotations("Job not found"));
      const work = { kind: generateOperation, input: { job_id: posting.key } };
      const { sync = true } = request.query as { sync?: string };
      if (booleanOf(sync)) return sendJson(reply, annotationsView(await runNow(context, work, request)));
      const { runId } = await startRun(context, work);
      return sendJson(reply, { run_id: runId, status: "queued", job_id: jobId });
    },
  );

  app.get(
    "/jobs/:job_id/annotations/result/:run_id",
    {
      preValidation,
      schema: {
        tags,
        summary: "Returns what a run made that nobody waited for.",
        params: generationParams,
        response: { 200: answers.result },
      },
    },
    async (request, reply) => {
      const runId = runIdOf(request);
      const { job, ...run } = await readRun(context, runId, "Run not found");
      const { kind, subject } = job.spec ?? {};
      if (kind !== generateOperation || subject !== jobIdOf(request).toLowerCase()) throw notFound("Run not found");
      const { state, isOver, result, error } = factsOf({ job, ...run });
      const failure = error === null ? undefined : { message: error, code: undefined };
      return sendJson(reply, {
        run_id: runId,
        status: operationStatusOf(state),
        result: isOver ? annotationsView({ result, failure }) : null,
        error,
      });
    },
  );

  app.get(
    "/user/annotation-priors",
    { preValidation, schema: { tags, summary: "Says how good suggestions are.", response: { 200: answers.priors } } },
    async (_, reply) => {
      const priors = await readDocument(context, collections.priors, soleKeys.priors);
      return sendJson(reply, { success: true, stats: priorsView(priors?.body), error: null });
    },
  );

  app.post(
    "/user/annotation-priors/rebuild",
    {
      preValidation,
      schema: { tags, summary: "Learns anew from all annotations.", response: { 200: answers.rebuilt } },
    },
    async (request, reply) =>
      sendJson(reply, rebuildView(await runNow(context, { kind: "rebuild-priors", input: {} }, request))),
  );

  app.post(
    "/user/annotation-feedback",
    {
      preValidation,
      schema: {
        tags,
        summary: "Learns from what became of one suggestion.",
        body: feedbackBody,
        response: { 200: answers.learned },
      },
    },
    async (request, reply) => {
      const parameters = (request.body as JsonDocument).value as Body;
      if (!["save", "delete", "manual_create"].includes(String(parameters["action"]))) {
        throw badRequest("action must be 'save', 'delete', or 'manual_create'");
      }
      const work = { kind: "annotation-feedback", input: { parameters } };
      return sendJson(reply, feedbackView(await runNow(context, work, request)));
    },
  );
}
