import type { FastifyInstance } from "fastify";
import { sendJson } from "../../../http/send-json.js";
import type { JsonDocument } from "../../../json/parse-json.js";
import type { PipelineContext } from "../context.js";
import type { Body } from "../documents/document-store.js";
import { uploadView } from "../documents/upload-view.js";
import { badRequest } from "../errors.js";
import {
  editorStateOf,
  isCvPublished,
  publishCv,
  readEditorState,
  saveEditorState,
} from "../master-cv/editor-state.js";
import { runNow } from "../runs/run-now.js";
import { uploaded } from "../schemas/files.js";
import { answers, editorBody } from "../schemas/master-cv.js";

/** The editor of the master CV, under the names that older descriptions have. */
export function cvEditorRoutes(app: FastifyInstance, context: PipelineContext): void {
  const tags = ["master-cv"];
  const preValidation = context.access.token;

  app.get(
    "/api/master-cv/cv-editor/state",
    { preValidation, schema: { tags, summary: "Returns what was saved last.", response: { 200: answers.state } } },
    async (_, reply) => sendJson(reply, { success: true, state: await readEditorState(context) }),
  );

  app.put(
    "/api/master-cv/cv-editor/state",
    {
      preValidation,
      schema: { tags, summary: "Saves the state.", body: editorBody, response: { 200: answers.saved } },
    },
    async (request, reply) => {
      const state = editorStateOf((request.body as JsonDocument).value as Body);
      return sendJson(reply, { success: true, version: await saveEditorState(context, state) });
    },
  );

  app.post(
    "/api/master-cv/cv-editor/publish",
    {
      preValidation,
      schema: { tags, summary: "Makes what was saved last the published CV.", response: { 200: answers.published } },
    },
    async (_, reply) => sendJson(reply, { success: true, ...(await publishCv(context)) }),
  );

  for (const method of ["GET", "POST"] as const) {
    app.route({
      method,
      url: "/api/master-cv/cv-editor/upload",
      preValidation,
      schema: { tags, summary: "Uploads the published CV to the configured webhook.", response: { 200: uploaded } },
      async handler(request, reply) {
        if (!(await isCvPublished(context))) throw badRequest("No published CV to upload");
        const work = { kind: "upload-drive", input: { parameters: { what: "master-cv" } } };
        return sendJson(reply, uploadView(await runNow(context, work, request)));
      },
    });
  }
}
