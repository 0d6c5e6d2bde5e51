import { modelTierOf, operations, queueOperationOf, queueOperations } from "@switchyard/pipeline-model";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { sendJson } from "../../../http/send-json.js";
import { jobIdOf, type PipelineContext } from "../context.js";
import { isUnavailable } from "../errors.js";
import { readOperationStates } from "../queue/queue-status.js";
import { formBody, operationInput, queueForm, saidIn } from "../runs/operation-request.js";
import { startRun } from "../runs/start-run.js";
import { invalidTier } from "../runs/tier.js";
import { postingParams } from "../schemas/common.js";
import { queuedOperation, queuedOperationParams, queueStatus } from "../schemas/queue.js";

/** Putting operations into the queue, and asking where they stand. */
export function queuedOperationRoutes(app: FastifyInstance, context: PipelineContext): void {
  const tags = ["queue"];
  const preValidation = context.access.token;

  app.post(
    "/api/jobs/:job_id/operations/:operation/queue",
    {
      preValidation,
      schema: {
        tags,
        summary: "Puts an operation into the queue; what is wrong is told with 200.",
        params: queuedOperationParams,
        body: formBody(queueForm),
        response: { 200: queuedOperation },
      },
    },
    async (request, reply) => sendJson(reply, await queueOperation(context, request)),
  );

  app.get(
    "/api/jobs/:job_id/queue-status",
    {
      preValidation,
      schema: {
        tags,
        summary: "Tells where the operations of a posting stand.",
        params: postingParams,
        response: { 200: queueStatus },
      },
    },
    async (request, reply) => {
      const jobId = jobIdOf(request);
      return sendJson(reply, { job_id: jobId, operations: await readOperationStates(context, jobId) });
    },
  );
}

async function queueOperation(context: PipelineContext, request: FastifyRequest) {
  const { job_id: jobId, operation: word } = request.params as { job_id: string; operation: string };
  const refusal = (error: string) => ({
    ...{ success: false, queue_id: "", job_id: jobId, operation: word, status: "failed" },
    ...{ position: 0, estimated_wait_seconds: 0, run_id: null, error },
  });
  const kind = queueOperationOf(word);
  if (kind === undefined) return refusal(`Invalid operation '${word}'. Valid: ${queueOperations.join(", ")}`);
  const tier = saidIn(request)["tier"];
  if (typeof tier === "string" && modelTierOf(tier) === undefined) return refusal(invalidTier(tier));
  try {
    const input = { job_id: jobId, ...operationInput(request, queueForm) };
    const {
      runId,
      queueId,
      position = 1,
    } = await startRun(context, { kind, input, shown: true }, { wantPosition: true });
    return {
      success: true,
      queue_id: queueId,
      job_id: jobId,
      operation: kind,
      status: "pending",
      position,
      estimated_wait_seconds: (position - 1) * (operations[kind]?.seconds ?? 0),
      run_id: runId,
      error: null,
    };
  } catch (error) {
    if (isUnavailable(error)) return refusal("Queue not configured");
    throw error;
  }
}
