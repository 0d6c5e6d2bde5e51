import type { FastifyInstance } from "fastify";
import { sendJson } from "../../../http/send-json.js";
import type { JsonDocument } from "../../../json/parse-json.js";
import { RawJson } from "../../../json/raw-json.js";
import { jobIdOf, type PipelineContext } from "../context.js";
import { requirePosting } from "../documents/posting.js";
import { putPosting } from "../documents/put-posting.js";
import { postingParams } from "../schemas/common.js";
import { postingAnswer, postingBody, postingKept } from "../schemas/files.js";

/** Whole postings: what clients of the old service read and wrote in its database. */
export function postingDocumentRoutes(app: FastifyInstance, context: PipelineContext): void {
  const tags = ["postings"];
  const preValidation = context.access.token;
  const path = "/api/jobs/:job_id/document";

  app.get(
    path,
    {
      preValidation,
      schema: { tags, summary: "Returns a posting.", params: postingParams, response: { 200: postingAnswer } },
    },
    async (request, reply) => {
      const { text } = await requirePosting(context, jobIdOf(request));
      return sendJson(reply, { success: true, job: new RawJson(text) });
    },
  );

  app.put(
    path,
    {
      preValidation,
      schema: {
        tags,
        summary: "Makes or replaces a posting.",
        params: postingParams,
        body: postingBody,
        response: { 200: postingKept },
      },
    },
    async (request, reply) => {
      const { text } = request.body as JsonDocument;
      return sendJson(reply, { success: true, job_id: await putPosting(context, jobIdOf(request), text) });
    },
  );
}
