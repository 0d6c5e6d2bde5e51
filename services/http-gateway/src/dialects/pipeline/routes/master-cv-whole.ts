import type { FastifyInstance } from "fastify";
import { sendJson } from "../../../http/send-json.js";
import type { JsonDocument } from "../../../json/parse-json.js";
import type { PipelineContext } from "../context.js";
import { type contentTypes, sendRunFile } from "../documents/run-file.js";
import { cvMarkdown } from "../master-cv/cv-markdown.js";
import { validateCv } from "../master-cv/validate-cv.js";
import { noteOf } from "../master-cv/versioned-document.js";
import { type CvParts, cvStats, readWholeCv, replaceParts, wholeCvView } from "../master-cv/whole-cv.js";
import { fileHeaders } from "../runs/artifacts.js";
import { runNow } from "../runs/run-now.js";
import { file } from "../schemas/common.js";
import { answers, cvBody, exportBody } from "../schemas/master-cv.js";

/** What the master CV can be saved as. All but the first two are made by the worker. */
type ExportFormat = "markdown" | "json" | keyof typeof contentTypes;

/** The master CV as one thing, under the names that older descriptions have. */
export function masterCvWholeRoutes(app: FastifyInstance, context: PipelineContext): void {
  const tags = ["master-cv"];
  const preValidation = context.access.token;

  app.get(
    "/api/master-cv/cv",
    { preValidation, schema: { tags, summary: "Returns the whole master CV.", response: { 200: answers.cv } } },
    async (_, reply) => sendJson(reply, { success: true, cv: wholeCvView(await readWholeCv(context)) }),
  );

  app.put(
    "/api/master-cv/cv",
    {
      preValidation,
      schema: {
        tags,
        summary: "Replaces the parts that are sent, all or none.",
        body: cvBody,
        response: { 200: answers.versions },
      },
    },
    async (request, reply) => {
      const parts = (request.body as JsonDocument).value as CvParts;
      const versions = await replaceParts(context, parts, noteOf(parts));
      return sendJson(reply, { success: true, message: "Master CV updated", versions });
    },
  );

  app.post(
    "/api/master-cv/cv/export",
    {
      preValidation,
      schema: { tags, summary: "Returns the master CV as a file.", body: exportBody, response: { 200: file } },
    },
    async (request, reply) => {
      const { format = "markdown" } = (request.body as JsonDocument).value as { format?: ExportFormat };
      const cv = await readWholeCv(context);
      const markdown = cvMarkdown(cv);
      if (format === "markdown") {
        return reply.headers(fileHeaders("master-cv.md")).type("text/markdown; charset=utf-8").send(markdown);
      }
      if (format === "json") {
        const text = JSON.stringify(wholeCvView(cv), undefined, 2);
        return reply.headers(fileHeaders("master-cv.json")).type("application/json").send(text);
      }
      const parameters = { source: "master-cv", format, markdown };
      const run = await runNow(context, { kind: "export-cv", input: { parameters } }, request);
      return sendRunFile(context, reply, run, { baseName: "master-cv", format });
    },
  );

  app.get(
    "/api/master-cv/cv/validate",
    { preValidation, schema: { tags, summary: "Says what is wrong with it.", response: { 200: answers.validation } } },
    async (_, reply) => {
      const { errors, warnings } = validateCv(await readWholeCv(context));
      return sendJson(reply, { success: true, valid: errors.length === 0, errors, warnings });
    },
  );

  app.get(
    "/api/master-cv/cv/health",
    { preValidation, schema: { tags, summary: "Says which parts there are.", response: { 200: answers.health } } },
    async (_, reply) => {
      const [{ metadata, taxonomy, roles }, stats] = await Promise.all([readWholeCv(context), cvStats(context)]);
      const checks = {
        storage: true,
        metadata: metadata !== undefined,
        taxonomy: taxonomy !== undefined,
        roles: roles.length > 0,
      };
      const healthy = Object.values(checks).every((isThere) => isThere);
      return sendJson(reply, { success: true, healthy, checks, stats });
    },
  );
}
