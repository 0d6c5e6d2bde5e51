import type { FastifyInstance } from "fastify";
import { sendJson } from "../../../http/send-json.js";
import { checkedJobIdOf, type PipelineContext } from "../context.js";
import { requirePosting } from "../documents/posting.js";
import { badRequest, failed, unavailable } from "../errors.js";
import { estimateCosts } from "../runs/cost-estimate.js";
import { formBody, operationForms, operationInput } from "../runs/operation-request.js";
import { hasDescription } from "../runs/posting-text.js";
import { operationResponse } from "../runs/result-view.js";
import { type FinishedRun, runNow } from "../runs/run-now.js";
import { tierOf } from "../runs/tier.js";
import { postingParams, text, tier } from "../schemas/common.js";
import { costEstimate, extractAnswer, operationAnswer } from "../schemas/run.js";
import { naiveTimeOrNull } from "../time-text.js";

/** Operations that a caller may wait for. */
const directWords = ["structure-jd", "research-company", "generate-cv", "full-extraction"] as const;

/** Operations whose caller waits for the answer; one that fails is answered with 200 all the same. */
export function directOperationRoutes(app: FastifyInstance, context: PipelineContext): void {
  const tags = ["operations"];
  const preValidation = context.access.token;

  for (const kind of directWords) {
    const form = operationForms[kind];
    const schema = {
      tags,
      summary: `Does ${kind} and waits for it.`,
      params: postingParams,
      body: formBody(form),
      response: { 200: operationAnswer },
    };
    app.post(`/api/jobs/:job_id/${kind}`, { preValidation, schema }, async (request, reply) => {
      const jobId = checkedJobIdOf(request);
      await requirePosting(context, jobId);
      const input = { job_id: jobId, ...operationInput(request, form) };
      const run = await runNow(context, { kind, input, synchronousClass: true }, request);
      return sendJson(reply, operationResponse(run.runId, run.result, run.failure));
    });
  }

  app.post(
    "/api/jobs/:job_id/synthesize-persona",
    {
      preValidation,
      schema: {
        tags,
        summary: "Puts the annotations of a posting into a persona.",
        params: postingParams,
        response: { 200: operationAnswer },
      },
    },
    async (request, reply) => {
      const jobId = checkedJobIdOf(request);
      await requirePosting(context, jobId);
      const work = { kind: "synthesize-persona", input: { job_id: jobId }, synchronousClass: true };
      const run = await runNow(context, work, request);
      return sendJson(reply, operationResponse(run.runId, run.result, run.failure));
    },
  );

  app.post(
    "/api/jobs/:job_id/extract",
    {
      preValidation,
      schema: {
        tags: ["pipeline"],
        summary: "Extracts what a posting says about the job, and waits for it.",
        params: postingParams,
        response: { 200: extractAnswer },
      },
    },
    async (request, reply) => {
      const jobId = checkedJobIdOf(request);
      const { body } = await requirePosting(context, jobId);
      if (!hasDescription(body)) throw badRequest("Job has no description to extract");
      const work = { kind: "extract", input: { job_id: jobId }, synchronousClass: true };
      return sendJson(reply, extractView(jobId, await runNow(context, work, request)));
    },
  );

  app.get(
    "/api/jobs/:job_id/estimate-cost",
    {
      preValidation,
      schema: {
        tags,
        summary: "Estimates what operations cost.",
        params: postingParams,
        querystring: {
          type: "object",
          properties: { operations: { ...text, description: "Names, separated by commas." }, tier },
          required: ["operations"],
        },
        response: { 200: costEstimate },
      },
    },
    async (request, reply) => {
      await requirePosting(context, checkedJobIdOf(request));
      const { operations, tier: word = "balanced" } = request.query as { operations: string; tier?: string };
      const names = operations.split(",").map((name) => name.trim());
      return sendJson(reply, estimateCosts(names.filter(Boolean), tierOf(word), word));
    },
  );
}

/** @throws PipelineError 503 for want of an LLM, 500 for any other failure */
function extractView(jobId: string, { job, result, failure }: FinishedRun) {
  if (failure?.code === "no_llm") throw unavailable(failure.message);
  if (failure !== undefined) throw failed(`JD extraction failed: ${failure.message}`);
  const extracted = result?.data["extracted_jd"];
  if (result === undefined || typeof extracted !== "object" || extracted === null) {
    throw failed("JD extraction failed: the worker gave no extraction");
  }
  const { model_used: model, duration_ms } = result;
  const metadata = { model, extracted_at: naiveTimeOrNull(job.endTime), duration_ms };
  return { success: true, job_id: jobId, extracted_jd: extracted, metadata };
}
