import type { FastifyInstance } from "fastify";
import type { PipelineContext } from "../context.js";
import { notFound } from "../errors.js";
import { sendArtifact } from "../runs/artifacts.js";
import { readRun } from "../runs/read-run.js";
import { file, text } from "../schemas/common.js";

/** The files that runs leave. */
export function artifactRoutes(app: FastifyInstance, context: PipelineContext): void {
  app.get(
    "/artifacts/:run_id/:filename",
    {
      schema: {
        tags: ["pipeline"],
        summary: "Returns a file of a run.",
        params: {
          type: "object",
          properties: { run_id: text, filename: text },
          required: ["run_id", "filename"],
        },
        response: { 200: file },
      },
    },
    async (request, reply) => {
      const { run_id: runId, filename: name } = request.params as { run_id: string; filename: string };
      const { job, attempts } = await readRun(context, runId, "Run not found");
      const attempt = attempts.at(-1)?.number;
      // A name and no path: all else cannot have been left.
      if (attempt === undefined || !/^[^/\\\p{Cc}]+$/u.test(name)) throw notFound("Artifact not found");
      return sendArtifact(context, reply, { jobId: job.id, attempt, name });
    },
  );
}
