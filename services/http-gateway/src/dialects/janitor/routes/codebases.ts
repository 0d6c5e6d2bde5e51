import type { FastifyInstance } from "fastify";
import { sendJsonArray } from "../../../http/send-array.js";
import { sendJson } from "../../../http/send-json.js";
import type { JsonDocument } from "../../../json/parse-json.js";
import { type CodebaseEntry, codebaseOf } from "../catalogue/codebase.js";
import { uploadCodebases } from "../catalogue/upload-codebases.js";
import type { JanitorContext } from "../context.js";
import { listCodebases } from "../documents/codebases.js";
import { codebase, codebaseUpload } from "../schemas/catalogue.js";
import { listOf, nothing, refusal } from "../schemas/common.js";

/** What campaigns change. */
export function codebaseRoutes(app: FastifyInstance, context: JanitorContext): void {
  const tags = ["codebases"];

  app.get(
    "/codebases",
    { schema: { tags, summary: "Lists all codebases.", response: { 200: listOf(codebase) } } },
    (_, reply) => {
      const texts = (async function* () {
        for await (const found of listCodebases(context)) yield JSON.stringify(found);
      })();
      return sendJsonArray(reply, texts);
    },
  );

  app.post(
    "/codebases",
    {
      schema: {
        tags,
        summary: "Makes or replaces codebases by name.",
        body: codebaseUpload,
        response: { 200: nothing, 400: refusal },
      },
    },
    async (request, reply) => {
      const entries = (request.body as JsonDocument).value as readonly CodebaseEntry[];
      await uploadCodebases(context, entries.map(codebaseOf));
      return sendJson(reply, {});
    },
  );
}
