import type { FastifyInstance } from "fastify";
import { sendJsonArray } from "../../../http/send-array.js";
import { sendJson } from "../../../http/send-json.js";
import type { JsonDocument } from "../../../json/parse-json.js";
import { writeJson } from "../../../json/raw-json.js";
import type { SiloContext } from "../context.js";
import type { DefinitionBody } from "../definitions/definition.js";
import { deleteDefinition, getDefinition, listDefinitions, putDefinition } from "../definitions/definition-store.js";
import { invalidRequest } from "../errors.js";
import { listOf, nothing } from "../schemas/common.js";
import { definition, definitionBody, definitionParams, newDefinitionParams } from "../schemas/definition.js";

/** Job definitions: what a job of each type does, and what it needs. */
export function definitionRoutes(app: FastifyInstance, context: SiloContext): void {
  const { guards } = context;
  const tags = ["definitions"];
  const nameOf = (params: unknown) => (params as { name: string }).name;

  app.get(
    "/api/job-definitions",
    {
      onRequest: guards.user("viewer"),
      schema: { tags, summary: "Lists definitions by name.", response: { 200: listOf(definition) } },
    },
    (_, reply) => {
      const texts = (async function* () {
        for await (const { view } of listDefinitions(context)) yield writeJson(view);
      })();
      return sendJsonArray(reply, texts);
    },
  );

  app.get(
    "/api/job-definitions/:name",
    {
      onRequest: guards.user("viewer"),
      schema: { tags, summary: "Returns a definition.", params: definitionParams, response: { 200: definition } },
    },
    async (request, reply) => sendJson(reply, (await getDefinition(context, nameOf(request.params))).view),
  );

  app.put(
    "/api/job-definitions/:name",
    {
      onRequest: guards.user("admin"),
      schema: {
        tags,
        summary: "Makes or changes a definition.",
        params: newDefinitionParams,
        body: definitionBody,
        response: { 200: definition, 201: definition },
      },
    },
    async (request, reply) => {
      const name = nameOf(request.params);
      const document = request.body as JsonDocument;
      const said = (document.value as DefinitionBody).name ?? name;
      if (said !== name) throw invalidRequest(`the body is about ${said}, and the path about ${name}`);
      const { definition: kept, created } = await putDefinition(context, name, document);
      return sendJson(reply, kept.view, created ? 201 : 200);
    },
  );

  app.delete(
    "/api/job-definitions/:name",
    {
      onRequest: guards.user("admin"),
      schema: { tags, summary: "Deletes a definition.", params: definitionParams, response: { 204: nothing } },
    },
    async (request, reply) => {
      await deleteDefinition(context, nameOf(request.params));
      return reply.code(204).send();
    },
  );
}
