import type { FastifyInstance } from "fastify";
import { sendJson } from "../../../http/send-json.js";
import type { JsonDocument } from "../../../json/parse-json.js";
import type { PipelineContext } from "../context.js";
import type { Body } from "../documents/document-store.js";
import { type ImportSource, importSources, importView, importWork } from "../imports/import-view.js";
import { runNow } from "../runs/run-now.js";
import { imported, importBody } from "../schemas/imports.js";

/** Imports of single postings; answered when they are done. */
export function importRoutes(app: FastifyInstance, context: PipelineContext): void {
  for (const source of Object.keys(importSources) as ImportSource[]) {
    app.post(
      `/jobs/import-${source}`,
      {
        preValidation: context.access.token,
        schema: {
          tags: ["imports"],
          summary: "Imports one posting.",
          body: importBody(importSources[source].field),
          response: { 200: imported },
        },
      },
      async (request, reply) => {
        const work = importWork(source, (request.body as JsonDocument).value as Body);
        return sendJson(reply, importView(await runNow(context, work, request)));
      },
    );
  }
}
