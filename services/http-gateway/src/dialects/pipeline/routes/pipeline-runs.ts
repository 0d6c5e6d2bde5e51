import type { FastifyInstance } from "fastify";
import { sendJson } from "../../../http/send-json.js";
import type { PipelineContext } from "../context.js";
import { badRequest } from "../errors.js";
import { saidIn } from "../runs/operation-request.js";
import { type PipelineRunRequest, pipelineWork } from "../runs/pipeline-work.js";
import { type StartedRun, startRun, startRuns } from "../runs/start-run.js";
import { acceptedPipelineRun, acceptedPipelineRuns, pipelineRunBody, pipelineRunsBody } from "../schemas/run.js";

/** Beginning pipeline runs. All are accepted at once; how many run at a time is the scheduler's affair. */
export function pipelineRunRoutes(app: FastifyInstance, context: PipelineContext): void {
  const tags = ["pipeline"];
  const preValidation = context.access.token;

  app.post(
    "/jobs/run",
    {
      preValidation,
      schema: { tags, summary: "Runs the pipeline.", body: pipelineRunBody, response: { 200: acceptedPipelineRun } },
    },
    async (request, reply) => {
      const said = saidIn<PipelineRunRequest & { readonly job_id: string }>(request);
      if (said.job_id.trim() === "") throw badRequest("job_id is required");
      return sendJson(reply, accepted(await startRun(context, pipelineWork(said.job_id, said))));
    },
  );

  app.post(
    "/jobs/run-bulk",
    {
      preValidation,
      schema: {
        tags,
        summary: "Runs the pipeline for many postings.",
        body: pipelineRunsBody,
        response: { 200: acceptedPipelineRuns },
      },
    },
    async (request, reply) => {
      const said = saidIn<PipelineRunRequest & { readonly job_ids: readonly string[] }>(request);
      const runs = await startRuns(
        context,
        said.job_ids.map((jobId) => pipelineWork(jobId, said)),
      );
      return sendJson(reply, { runs: runs.map(accepted) });
    },
  );
}

function accepted({ runId }: StartedRun) {
  return { run_id: runId, status_url: `/jobs/${runId}/status`, log_stream_url: `/jobs/${runId}/logs` };
}
