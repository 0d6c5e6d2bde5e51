import type { FastifyInstance } from "fastify";
import { sendJson } from "../../../http/send-json.js";
import type { JsonDocument } from "../../../json/parse-json.js";
import type { PipelineContext } from "../context.js";
import { unavailableAs } from "../errors.js";
import { listHistory, rollBack, versionedCollection } from "../master-cv/history.js";
import { noteOf } from "../master-cv/versioned-document.js";
import { cvStats } from "../master-cv/whole-cv.js";
import { answers, historyParams, historyQuery, rollbackBody, rollbackParams } from "../schemas/master-cv.js";

/** Superseded versions of the master CV, and the way back to one. */
export function masterCvVersionRoutes(app: FastifyInstance, context: PipelineContext): void {
  const tags = ["master-cv"];
  const preValidation = context.access.token;

  app.get(
    "/api/master-cv/history/:collection",
    {
      preValidation,
      schema: {
        tags,
        summary: "Lists superseded versions, newest first.",
        params: historyParams,
        querystring: historyQuery,
        response: { 200: answers.history },
      },
    },
    async (request, reply) => {
      const collection = versionedCollection((request.params as { collection: string }).collection);
      const { doc_id: docId, limit = 10 } = request.query as { doc_id?: string; limit?: number };
      const history = await listHistory(context, collection, docId, limit);
      return sendJson(reply, { success: true, history, count: history.length });
    },
  );

  app.post(
    "/api/master-cv/rollback/:collection/:version",
    {
      preValidation,
      schema: {
        tags,
        summary: "Makes a new version with the content of a superseded one.",
        params: rollbackParams,
        body: rollbackBody,
        response: { 200: answers.done },
      },
    },
    async (request, reply) => {
      const { collection: word, version } = request.params as { collection: string; version: string };
      const collection = versionedCollection(word);
      const body = (request.body as JsonDocument).value as { doc_id?: string | null };
      const wanted = { docId: body.doc_id || undefined, version: Number(version) };
      const docId = await rollBack(context, collection, wanted, noteOf(body).updatedBy).catch(
        unavailableAs("MongoDB not connected - cannot perform rollback"),
      );
      const message = `Rolled back ${collection.name}/${docId} to version ${wanted.version}`;
      return sendJson(reply, { success: true, message });
    },
  );

  app.get(
    "/api/master-cv/stats",
    { preValidation, schema: { tags, summary: "Returns versions and counts.", response: { 200: answers.stats } } },
    async (_, reply) => sendJson(reply, { success: true, stats: await cvStats(context) }),
  );
}
